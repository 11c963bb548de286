import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run } from '../../cluster/shell.js';
import { cluster } from './kubectl.js';

const PROGRAM = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

interface Finding {
  readonly code: string;
  readonly level: string;
}

/** What `ds-injector check` found, as administrator from this machine. */
export interface Checked {
  readonly exit: number;
  /** The codes of its findings of the level `error`. */
  readonly errors: readonly string[];
}

export function check(): Promise<Checked> {
  const args = [PROGRAM, 'check', '--kubeconfig', cluster.kubeconfig, '-o', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, (error, stdout, stderr) => {
      if (stdout === '') {
        reject(new Error(`check said nothing: ${stderr}`, { cause: error }));
        return;
      }
      const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
      const errors = findings.filter(({ level }) => level === 'error').map(({ code }) => code);
      resolve({ exit: Number(error?.code ?? 0), errors });
    });
  });
}

/** What `ds-injector status` says, as administrator from this machine. */
export function status(...args: readonly string[]): Promise<string> {
  const line = [PROGRAM, 'status', '--kubeconfig', cluster.kubeconfig, ...args];
  return run(process.execPath, line);
}
