import { readdirSync, readFileSync } from 'node:fs';

/** Ends a process, if it has not ended by itself. */
export function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** All processes whose program and arguments fit. */
export const processesWith = (fits: (command: readonly string[]) => boolean): readonly number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => fits(read(pid, 'cmdline').split('\0')));

/**
 * When a process began (field 22 of /proc/PID/stat, in ticks since boot), which tells it apart from a later one of the
 * same number; empty if it is gone or waits only to be reaped.
 */
export function beginningOf(pid: number): string {
  // The second field may hold spaces and brackets.
  const [state, ...rest] = read(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ');
  return state === 'Z' ? '' : (rest[18] ?? '');
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
