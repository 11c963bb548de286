import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCES = fileURLToPath(new URL('../go-webhook/', import.meta.url));
/** Milliseconds: the first build downloads its modules and compiles them. */
const PATIENCE = 300_000;

/**
 * Builds the Go webhook, unless the same sources have been built before.
 *
 * @returns the program, or why there is none.
 */
export async function buildGo(): Promise<{ readonly program: string } | { readonly why: string }> {
  // Not in the folder for temporary files, where others could put a program in its place.
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ds-injector');
  const program = join(folder, `go-webhook-${digestOf(SOURCES)}`);
  if (existsSync(program)) return { program };
  // Under another name until it is whole.
  const draft = `${program}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    const build = ['build', '-buildvcs=false', '-trimpath', '-o', draft, '.'];
    await promisify(execFile)('go', build, { cwd: SOURCES, timeout: PATIENCE });
    renameSync(draft, program);
    return { program };
  } catch (error) {
    return { why: reasonOf(error) };
  }
}

function digestOf(folder: string): string {
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  for (const name of readdirSync(folder).sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(folder, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function reasonOf(error: unknown): string {
  const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'go is not installed';
  const [line = String(error)] = stderr.trim().split('\n').slice(-1);
  return `go build failed: ${line}`;
}
