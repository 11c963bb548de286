import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The lines of the README's transcript, without those between its excerpts. */
function transcript(): readonly string[] {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const block =
    readme.split('<!-- transcript -->')[1]?.split('<!-- end of transcript -->')[0] ?? '';
  return block
    .split('\n')
    .filter((line) => !['', '…'].includes(line.trim()) && !line.startsWith('```'));
}

it('the demo ends well and prints what the README shows, in that order', () => {
  const demo = spawnSync(process.execPath, ['node_modules/tsx/dist/cli.mjs', 'examples/demo.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(demo.stderr).toBe('');
  expect(demo.status).toBe(0);
  const printed = demo.stdout.split('\n');
  let from = 0;
  for (const line of transcript()) {
    const found = printed.indexOf(line, from);
    expect(found, `${line} after line ${from} of the demo`).toBeGreaterThanOrEqual(from);
    from = found + 1;
  }
});
