import { existsSync, readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** Milliseconds of CPU, all threads and both modes. */
  readonly cpu: number;
  /** Resident memory in MB of 1024² bytes. */
  readonly rss: number;
}

/** Linux counts in hundredths of a second for user space, whatever the kernel's own clock. */
const MILLISECONDS_PER_TICK = 10;

/** Whether this system tells what another process uses. */
export const hasUsage = (): boolean => existsSync('/proc/self/stat');

/** Reads it from /proc; undefined where there is none. @throws where the process is gone. */
export function usageOf(pid: number): Usage | undefined {
  if (!hasUsage()) return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name of the command may hold blanks and parentheses; after it come state (3) … utime (14) and stime (15).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) * MILLISECONDS_PER_TICK,
    rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024,
  };
}
