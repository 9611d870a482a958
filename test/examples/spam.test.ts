/** The programs of examples/spam run, each as a process of its own, on a few mails that are written here. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { plainWords, readMails } from '../../examples/spam/mails.js';
import { temporaryDirectory } from '../files/temporary-directory.js';
import { runExample } from './run-example.js';

const folder = temporaryDirectory();

/** A folder of mails: a subfolder for each group, the mails in it. */
function writeMails(name: string, groups: Readonly<Record<string, readonly string[]>>): string {
  for (const [group, mails] of Object.entries(groups)) {
    mkdirSync(join(folder, name, group), { recursive: true });
    for (const [i, mail] of mails.entries())
      writeFileSync(join(folder, name, group, `${1000 + i}.txt`), mail);
  }
  return join(folder, name);
}

const mail = (subject: string, body: string, headers = '') =>
  `Received: from spamhost\nSubject: ${subject}\n${headers}\n${body}\n`;

it('tells mails that it has not seen, and lines that are typed, by the model file', () => {
  const letters = (i: number) => String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
  const data = writeMails('small', {
    'spam-1': Array.from({ length: 60 }, (_, i) => mail('Win a prize', `free money ${letters(i)} click now`)),
    'easy-ham-1': Array.from({ length: 60 }, (_, i) => mail('Lunch', `see the patch ${letters(i)} at noon`)),
  });
  const stdout = runExample('spam/spam.ts', { DATA: data, OUT: folder, EPOCHS: '4' });
  expect(stdout).toContain('84 mails to learn from, 12 to validate, 24 to test');
  expect(stdout).toMatch(/^model file +100\.0 % +100\.0 % +0\.0 %$/m);
  expect(stdout).toMatch(/^naive Bayes +100\.0 % +100\.0 % +0\.0 %$/m);
  expect(stdout).toMatch(/^always ham +50\.0 % +0\.0 % +0\.0 %$/m);

  const answers = runExample('spam/ask.ts', { OUT: folder }, 'free money, click\n\nthe patch at noon\n');
  expect(answers).toMatch(/^spam \(\d+\.\d %\)\nham \(\d+\.\d %\)$/m);
});

it('reads mails of several parts, encoded parts and markup, without headers, and each body once', async () => {
  const html = Buffer.from('<p>Your <b>offer</b></p><style>p { color: red }</style>').toString('base64');
  const parts = [
    '--B',
    'Content-Type: text/html',
    'Content-Transfer-Encoding: base64',
    '',
    html,
    '--B',
    'Content-Type: image/png',
    '',
    'picture',
    '--B--',
  ];
  const data = writeMails('forms', {
    ham: [mail('[list] Re: hello', 'see http://a.org/x or a@b.org in 2002'), mail('again', 'same body')],
    'spam-2': [
      mail('', parts.join('\r\n'), 'Content-Type: multipart/mixed;\n boundary="B"\n'),
      mail('', 'gr=FC=\n=DFe', 'Content-Transfer-Encoding: quoted-printable\n'),
      mail('other', 'Same body!'),
    ],
  });
  const { texts, labels, classes } = await readMails(data);
  expect(classes).toEqual(['ham', 'spam']);
  expect([...labels]).toEqual([0, 0, 1, 1]);
  const words = texts.map((text) => text.trim().split(/\s+/).join(' '));
  expect(words).toEqual([
    'Re: hello see webaddress or mailaddress in 0000',
    'again same body',
    'Your offer',
    'grüße',
  ]);
  expect(texts.map(plainWords)).toEqual(texts);
});
