// Every reply that the SMTP door can give, read from the source: `…` stands for what varies in it.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPLIES, type Reply, SESSION_REFUSALS, toDispositionReply } from '../../src/smtp/reply.ts';
import { type EnhancedStatus, type RefusalReason, toRefusal } from '../../src/mail/disposition.ts';
import { ROOT } from './doc-pages.ts';

const DIRECT = /\bto(?:Bare)?Reply\(\s*(\d{3}),(?: (?:'(\d\.\d\.\d)'|(status)),)? (['`])(.*?)\4[,)]/g;
/** In pipeline/header-recipients.ts, where all of them are one kind. */
const OF_HEADERS = /\brefuse\((['`])(.*?)\1\)/g;
const REFUSAL = /toRefusal\(\s*'([\w-]+)', '(\d\.\d\.\d)', \{ text: (['`])(.*?)\3/g;
const IN_TABLE = /reason: '([\w-]+)',\s*status: '(\d\.\d\.\d)',\s*text: (')(.*?)\3/g;

/** The replies, each once: code, enhanced status where it has one, text. */
export function listReplyTexts(): readonly string[] {
  const direct = read('src/smtp').flatMap((text) =>
    [...text.matchAll(DIRECT)].map(([, code = '', status, variable, , words = '']) =>
      join3(code, variable === undefined ? status : '…', words)
    )
  );
  const ofHeaders = read('src/pipeline').flatMap((text) =>
    [...text.matchAll(OF_HEADERS)].map(([, , words = '']) => join3('550', '5.1.3', words))
  );
  const refusals = read('src/pipeline').flatMap((text) => [...text.matchAll(REFUSAL), ...text.matchAll(IN_TABLE)]).map(
    ([, reason, status, , text = '']) => {
      const refusal = toRefusal(reason as RefusalReason, status as EnhancedStatus, { text: withDots(text) });
      return toText(toDispositionReply(refusal));
    },
  );
  const fixed: Reply[] = [...Object.values(REPLIES), ...Object.values(SESSION_REFUSALS)];
  return [...new Set([...direct, ...ofHeaders, ...refusals, ...fixed.map(toText)])].sort();
}

function read(folder: string): string[] {
  return globSync(`${folder}/*.ts`, { cwd: ROOT }).map((path) => readFileSync(join(ROOT, path), 'utf8'));
}

function toText({ code, enhancedStatus, lines }: Reply): string {
  return join3(String(code), enhancedStatus, lines.join(' '));
}

function join3(code: string, status: string | undefined, text: string): string {
  return [code, ...(status === undefined ? [] : [status]), withDots(text)].join(' ');
}

function withDots(text: string): string {
  return text.replaceAll(/\$\{MAX_RECEIVED\}/g, '100').replaceAll(/\$\{[^}]*\}/g, '…');
}
