import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocs } from '../../scripts/docs.js';

const root = new URL('../../', import.meta.url);

it('the generated parts of the documentation are up to date (npm run docs writes them)', async () => {
  for (const { file, content } of await generatedDocs()) {
    expect(readFileSync(new URL(file, root), 'utf8'), file).toBe(content);
  }
});
