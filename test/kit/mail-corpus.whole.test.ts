/** The corpus is what it says: readers that are not ours find every number in it, before Weir has seen it. */
import { describe, expect, it } from '@jest/globals';
import { mailCorpus } from './mail-corpus.js';
import { seenByPostalMime, seenByPython } from './mail-reading.js';

const corpus = await mailCorpus(5);

describe('the mail corpus', () => {
  it('has a mail for each way to end, in four charsets and three encodings', () => {
    expect(new Set(corpus.map(({ end }) => end))).toEqual(new Set(['unchanged', 'masked', 'blocked', 'held']));
    const all = corpus.map(({ raw }) => raw.toString('latin1')).join('\n');
    for (const words of ['charset=utf-8', 'charset=gbk', 'charset=gb18030', 'charset=big5', 'Encoding: 8bit', 'Encoding: base64', 'Encoding: quoted-printable', 'filename*0*=', 'filename="=?', 'message/rfc822', 'pkcs7', 'pgp-encrypted']) expect(all).toContain(words);
  });

  it.each(corpus.map((mail) => [mail.name, mail] as const))('%s: shows its numbers to Python, and what is no number to postal-mime', async (_, { raw, numbers, end, shows }) => {
    const seen = (await seenByPython(raw)).join('\n');
    for (const number of numbers) expect(seen).toContain(number);
    if (end !== 'unchanged') return;
    const words = (await seenByPostalMime(raw)).join('\n');
    for (const one of shows) expect(words).toContain(one);
  });

  it('ends each line with CR LF, and says the same for the same seed', async () => {
    for (const { raw } of corpus) expect(/[^\r]\n|\r[^\n]/.test(raw.toString('latin1'))).toBe(false);
    const again = await mailCorpus(5);
    expect(again.map(({ numbers }) => numbers)).toEqual(corpus.map(({ numbers }) => numbers));
  });
});
