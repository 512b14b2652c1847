// The keys of the way to RabbitMQ: defaults and values.

import { RABBITMQ_KEYS } from '../../src/config/keys-rabbitmq.ts';
import { testKeys } from '../support/key-cases.ts';

testKeys(RABBITMQ_KEYS, {
  'rabbitmq-address': { initial: undefined, text: 'amqp://a,amqp://b', value: ['amqp://a', 'amqp://b'] },
  'rabbitmq-verify': { initial: true, text: 'false', value: false },
  'rabbitmq-ca': { initial: undefined, text: '/etc/ca.pem', value: '/etc/ca.pem' },
  'rabbitmq-inbox': { initial: 'inbox', text: 'incoming', value: 'incoming' },
  'rabbitmq-local': { initial: undefined, text: 'local', value: 'local' },
  'rabbitmq-primary': { initial: undefined, text: 'first', value: 'first' },
  'rabbitmq-reports': { initial: undefined, text: 'reports', value: 'reports' },
  'rabbitmq-refused': { initial: undefined, text: 'refused', value: 'refused' },
  'refused-maxsize': { initial: 1048576, text: '64KB', value: 65536 },
  'rabbitmq-exchange': { initial: undefined, text: 'mailerq', value: 'mailerq' },
  'rabbitmq-declare': { initial: true, text: '0', value: false },
  'rabbitmq-durable': { initial: true, text: 'no', value: false },
  'rabbitmq-persistent': { initial: true, text: 'false', value: false },
  'rabbitmq-queue-type': { initial: 'quorum', text: 'classic', value: 'classic' },
  'rabbitmq-lazy': { initial: false, text: 'true', value: true },
  'rabbitmq-maxpriority': { initial: undefined, text: '10', value: 10 },
  'rabbitmq-encoding': { initial: undefined, text: 'gzip', value: 'gzip' },
  'rabbitmq-throttle': { initial: 1000, text: '100', value: 100 },
  'rabbitmq-publishers': { initial: 1, text: '4', value: 4 },
  'rabbitmq-timeout': { initial: 30, text: '5', value: 5 },
  'rabbitmq-max-message-size': { initial: 16777216, text: '128MB', value: 134217728 },
}, { files: { '/etc/ca.pem': 'certificates' } });
