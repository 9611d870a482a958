/** Mails as files: their words without what gives the answer away, and each mail once. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LabelledTexts, labelledTexts } from 'lstm-onnx';

/**
 * The mails (`.txt`, `.eml`) of a folder's subfolders: those whose name begins with `spam` are spam, the others ham.
 * Of mails whose bodies have the same letters the first is kept, so that none is both learned from and tested on.
 */
export async function readMails(folder: string): Promise<LabelledTexts> {
  const mails = new Map<string, { text: string; kind: string }>();
  const entries = await readdir(folder, { withFileTypes: true });
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const group of groups.sort()) {
    const kind = group.startsWith('spam') ? 'spam' : 'ham';
    for (const file of (await readdir(join(folder, group))).sort()) {
      if (!/\.(txt|eml)$/.test(file)) continue;
      const mail = (await readFile(join(folder, group, file), 'latin1')).replaceAll('\r\n', '\n');
      const body = bodyOf(mail);
      // List names such as [ILUG] tell who wrote, not what.
      const subject = headerOf(mail, 'subject').replace(/\[[^\]]*\]/g, ' ');
      const letters = body.toLowerCase().replace(/[^a-z]/g, '');
      if (letters && !mails.has(letters))
        mails.set(letters, { text: plainWords(`${subject}\n${body}`), kind });
    }
  }
  return labelledTexts([...mails.values()], { text: 'text', label: 'kind' });
}

/** Text without markup; addresses become a word each, digits 0. */
export function plainWords(text: string): string {
  return text
    .replace(/<!--.*?-->|<(script|style)\b.*?<\/\1>|<[a-z/!][^>]*>/gis, ' ')
    .replace(/&[a-z]+;|&#\d+;/gi, ' ')
    .replace(/\b(?:https?:\/\/|www\.)\S+/gi, ' webaddress ')
    .replace(/\S+@\S+/g, ' mailaddress ')
    .replace(/[_=*-]{2,}/g, ' ')
    .replace(/\d/g, '0');
}

/** The text of a mail or of a part of one: of several parts those that are text. */
function bodyOf(mail: string): string {
  const end = mail.indexOf('\n\n');
  const body = end < 0 ? '' : mail.slice(end + 2);
  const type = headerOf(mail, 'content-type') || 'text/plain';
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
  if (boundary) {
    const parts = body.split(`--${boundary}`).slice(1);
    return parts.map((part) => bodyOf(part.replace(/^[^\n]*\n/, ''))).join('\n');
  }
  if (!/^text/i.test(type)) return '';
  const encoding = headerOf(mail, 'content-transfer-encoding').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return body;
  return body
    .replace(/=\n/g, '')
    .replace(/=([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

/** A header's value, its lines joined; empty where there is none. */
function headerOf(mail: string, name: string): string {
  const [head = ''] = mail.split('\n\n', 1);
  const value = new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? '';
  return value.replace(/\s+/g, ' ').trim();
}
