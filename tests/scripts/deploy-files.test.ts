// The files of scripts/deploy as they are written: every key is the gateway's, every name they refer to is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { readCompose } from '../../scripts/deploy/compose.ts';
import { loadConfig } from '../../src/config/load.ts';

const folder = resolve(import.meta.dirname ?? '.', '../../scripts/deploy');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const TOKENS = `someone:${'0'.repeat(64)}\n`;

/** Loads a configuration on a machine that has these files and no other. */
function load(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
    return new TextEncoder().encode(text);
  };
  return loadConfig({ argv: [], env, readFile: readFile as never });
}

const VARIABLES = {
  SMTP_HOSTNAME: 'mx.example.com',
  SMTP_RANGE: '192.0.2.0/24',
  RABBITMQ_PASSWORD: 'p',
  RABBITMQ_COOKIE: 'c',
};
const compose = readCompose(VARIABLES);
const gateways = Object.entries(compose.services).filter(([, { image }]) => image === 'mailchute');

test('compose.yaml has a proxy, two gateways and three nodes', () => {
  assert.deepEqual(Object.keys(compose.services), ['haproxy', 'gateway1', 'gateway2', 'rabbit1', 'rabbit2', 'rabbit3']);
});

test('compose.yaml asks for what nobody can guess', () => {
  for (const name of Object.keys(VARIABLES)) {
    const { [name as keyof typeof VARIABLES]: _, ...rest } = VARIABLES;
    assert.throws(() => readCompose(rest), new RegExp(name));
  }
});

for (const [name, { environment = {} }] of gateways) {
  test(`The environment of ${name} in compose.yaml is a configuration without faults and warnings`, () => {
    const { config, faults, warnings } = load(environment, { '/run/secrets/http-tokens': TOKENS });
    assert.deepEqual([...faults, ...warnings], []);
    assert.equal(config['rabbitmq-address']?.length, 3);
    assert.equal(config['server-id'], Number(name.replace('gateway', '')));
  });
}

test('The gateways of compose.yaml believe the address that its HAProxy has', () => {
  const { networks } = compose.services['haproxy'] ?? assert.fail('no haproxy');
  const address = (networks as { mail: { ipv4_address: string } }).mail.ipv4_address;
  for (const [, { environment = {} }] of gateways) {
    assert.equal(environment['MAILCHUTE_SMTP_PROXY'], address);
    assert.equal(environment['MAILCHUTE_HTTP_FORWARDED'], address);
  }
});

test('What the services of compose.yaml mount is declared', () => {
  const named = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(':')[0] ?? '')
  );
  assert.deepEqual(named.filter((name) => !name.startsWith('./') && !(name in compose.volumes)), []);
  for (const name of named.filter((path) => path.startsWith('./'))) assert.ok(read(name).length > 0);
  const secrets = Object.values(compose.services).flatMap(({ secrets = [] }) => secrets);
  assert.deepEqual(secrets.filter((name) => !(name in compose.secrets)), []);
});

test('haproxy.cfg reaches the ports that the gateways of compose.yaml open, and opens what is published', () => {
  const text = read('haproxy.cfg');
  const { config } = load({ MAILCHUTE_SMTP_PORT: '2525', ...gateways[0]?.[1].environment }, {
    '/run/secrets/http-tokens': TOKENS,
  });
  const opened = [...config['smtp-port'], ...config['smtp-secure-port'], ...config['http-port']].map(String);
  for (const [, name = '', port = ''] of text.matchAll(/^ +server \S+ (\S+):(\d+)$/gm)) {
    assert.ok(name in compose.services, name);
    assert.ok(opened.includes(port), port);
  }
  const bound = [...text.matchAll(/^ +bind :(\d+)$/gm)].map(([, port]) => `${port}:${port}`);
  assert.deepEqual(bound.toSorted(), compose.services['haproxy']?.ports?.toSorted());
});

test('haproxy.cfg names the client in every backend, and checks /readyz', () => {
  const backends = read('haproxy.cfg').split(/^backend /m).slice(1);
  assert.equal(backends.length, 3);
  for (const backend of backends) {
    assert.match(backend, /option httpchk GET \/readyz\n +http-check expect status 200/);
    assert.equal(/send-proxy-v2/.test(backend), !/mode http/.test(backend), backend);
  }
  assert.match(read('haproxy.cfg'), /frontend api\n +mode http\n +option httplog\n +option forwardfor/);
});

test('rabbitmq.conf names the nodes of compose.yaml', () => {
  const nodes = [...read('rabbitmq.conf').matchAll(/= rabbit@(\S+)$/gm)].map(([, name]) => name);
  assert.deepEqual(nodes, Object.keys(compose.services).filter((name) => name.startsWith('rabbit')));
});

interface Labels {
  readonly [name: string]: string;
}

interface Container {
  readonly image: string;
  readonly env: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly secretKeyRef: Key };
  }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

interface Key {
  readonly name: string;
  readonly key: string;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string };
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly data?: Labels;
  readonly stringData?: Labels;
  readonly spec: {
    readonly type?: string;
    readonly selector: { readonly matchLabels: Labels } & Labels;
    readonly serviceName?: string;
    readonly scaleTargetRef: { readonly kind: string; readonly name: string };
    readonly ports: readonly { readonly port: number; readonly targetPort: string; readonly name: string }[];
    readonly endpoints: readonly { readonly port: string; readonly path: string }[];
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly template: {
      readonly metadata: { readonly labels: Labels };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly volumes: readonly Volume[];
        readonly terminationGracePeriodSeconds: number;
      };
    };
  };
}

const resources = [
  ...parseAllDocuments(read('kubernetes.yaml')),
  ...parseAllDocuments(read('kubernetes-statefulset.yaml')),
].map((document) => {
  assert.deepEqual(document.errors, []);
  return document.toJS() as Resource;
});
const find = (kind: string, name = 'mailchute') =>
  resources.find((resource) => resource.kind === kind && resource.metadata.name === name) ??
    assert.fail(`no ${kind} ${name}`);
const sets = [find('Deployment'), find('StatefulSet')];
const isSelected = (labels: Labels, selector: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

test('The manifests have what they promise', () => {
  assert.deepEqual([...new Set(resources.map(({ kind }) => kind))], [
    'ConfigMap',
    'Secret',
    'Deployment',
    'HorizontalPodAutoscaler',
    'PodDisruptionBudget',
    'Service',
    'ServiceMonitor',
    'StatefulSet',
  ]);
});

for (const set of sets) {
  const [container] = set.spec.template.spec.containers;

  test(`The pods of the ${set.kind} get a configuration without faults and warnings, and open the ports they name`, () => {
    const env = container.env.map(({ name, value, valueFrom }) => {
      if (valueFrom === undefined) return [name, value ?? ''];
      return [
        name,
        find('Secret', valueFrom.secretKeyRef.name).stringData?.[valueFrom.secretKeyRef.key] ?? assert.fail(name),
      ];
    });
    const { config, faults, warnings } = load(Object.fromEntries(env), {
      '/etc/mailchute/config.txt': find('ConfigMap').data?.['config.txt'] ?? '',
      '/run/mailchute/http-tokens': find('Secret').stringData?.['http-tokens'] ?? '',
    });
    assert.deepEqual([...faults, ...warnings], []);
    const opened = [config['smtp-port'], config['smtp-secure-port'], config['http-port'], config['metrics-port']];
    assert.deepEqual(opened.flat(), container.ports.map(({ containerPort }) => containerPort));
    const { preStop } = container.lifecycle;
    assert.ok(set.spec.template.spec.terminationGracePeriodSeconds > preStop.sleep.seconds + config['drain-timeout']);
    assert.equal(config.spool, set.kind === 'StatefulSet' ? 'on' : 'off');
  });

  test(`The volumes, ports and images of the ${set.kind} are there`, () => {
    const { volumes } = set.spec.template.spec;
    const claimed = set.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
    const declared = [...volumes.map(({ name }) => name), ...claimed];
    assert.deepEqual(container.volumeMounts.map(({ name }) => name), declared);
    for (const { configMap, secret } of volumes) {
      if (configMap) find('ConfigMap', configMap.name);
      if (secret) find('Secret', secret.secretName);
    }
    const names = container.ports.map(({ name }) => name);
    for (const { httpGet } of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      assert.ok(names.includes(httpGet.port), httpGet.port);
    }
    assert.equal(container.readinessProbe.httpGet.path, '/readyz');
    assert.equal(container.livenessProbe.httpGet.path, '/livez');
    const { version } = JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8'));
    assert.equal(container.image, `mailchute:${version}`);
    assert.ok(isSelected(set.spec.template.metadata.labels, set.spec.selector.matchLabels));
  });
}

test('Services, the budget, the autoscaler and the monitor find what they are for', () => {
  for (const set of sets) {
    const { labels } = set.spec.template.metadata;
    const names = set.spec.template.spec.containers[0].ports.map(({ name }) => name);
    const services = resources.filter(({ kind }) => kind === 'Service');
    assert.equal(services.length, 3);
    for (const { spec } of services) {
      assert.ok(isSelected(labels, spec.selector));
      for (const { targetPort } of spec.ports) assert.ok(names.includes(targetPort), targetPort);
    }
    assert.ok(isSelected(labels, find('PodDisruptionBudget').spec.selector.matchLabels));
  }
  const { scaleTargetRef } = find('HorizontalPodAutoscaler').spec;
  find(scaleTargetRef.kind, scaleTargetRef.name);
  const [endpoint] = find('ServiceMonitor').spec.endpoints;
  const watched = resources.filter(({ kind, metadata }) =>
    kind === 'Service' && isSelected(metadata.labels, find('ServiceMonitor').spec.selector.matchLabels)
  );
  assert.deepEqual(watched.map(({ spec }) => spec.ports.map(({ name }) => name)), [[endpoint?.port]]);
  find('Service', find('StatefulSet').spec.serviceName);
});

test('The StatefulSet differs from the Deployment in what its volume asks for, and in nothing else', () => {
  const [deployment, statefulSet] = sets.map(({ spec }) => spec.template);
  const withoutVolume = (template: typeof deployment) => {
    const copy = structuredClone(template) as unknown as {
      spec: { volumes: Volume[]; containers: { env: { name: string }[] }[] };
    };
    copy.spec.volumes = copy.spec.volumes.filter(({ name }) => name !== 'state');
    for (const container of copy.spec.containers) {
      container.env = container.env.filter(({ name }) => name !== 'MAILCHUTE_SPOOL');
    }
    return copy;
  };
  assert.deepEqual(withoutVolume(statefulSet), withoutVolume(deployment));
});
