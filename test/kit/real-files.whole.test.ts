/** The programs that make real files are there, and what they make is what is asked for. */
import { describe, it, expect } from '@jest/globals';
import { askPython, converted, packed, readBack, realFiles, written } from './real-files.js';

const PY_DOCX = `import sys, docx
d = docx.Document()
p = d.add_paragraph()
for part in sys.argv[2:]: p.add_run(part)
d.save(sys.argv[1])
`;

describe('real files', () => {
  it('come from LibreOffice, Python and archivers, and the second time from the cache', async () => {
    const recipes = [
      converted('html', '<p>first</p>', 'docx'),
      converted('html', '<p>second</p>', 'docx'),
      converted('csv', 'a,b\n1,2\n', 'xlsx'),
      written('docx', PY_DOCX, 'th', 'ird'),
      packed({ 'a.txt': 'text' }, ['zip', '-q', 'a.zip', 'a.txt'], 'a.zip'),
    ];
    const made = await realFiles(recipes);
    for (const file of made) expect(file.subarray(0, 2).toString('latin1')).toBe('PK');
    expect(await realFiles(recipes)).toEqual(made);
    expect(await readBack(made[1] ?? Buffer.of(), 'docx', 'txt:Text (encoded):UTF8')).toContain('second');
    expect(await askPython(made[3] ?? Buffer.of(), 'docx', 'import sys, docx\nprint(docx.Document(sys.argv[1]).paragraphs[0].text)')).toBe('third\n');
  });
});
