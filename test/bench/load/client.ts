import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job, Measured, Reply } from './messages.js';

/** The load generator, in a process of its own. */
export interface Generator {
  /** @throws where the server cannot be reached. */
  measure(job: Job): Promise<Measured>;
}

/** Starts the generator for a while. */
export async function withGenerator<T>(use: (generator: Generator) => Promise<T>): Promise<T> {
  const child = fork(fileURLToPath(new URL('./generator.ts', import.meta.url)));
  const ended = once(child, 'exit').then((): [Reply] => [
    { failed: 'the load generator has ended' },
  ]);
  const measure = async (job: Job): Promise<Measured> => {
    const replied = once(child, 'message') as Promise<[Reply]>;
    child.send(job);
    const [reply] = await Promise.race([replied, ended]);
    if ('failed' in reply) throw new Error(`the load could not be sent: ${reply.failed}`);
    return reply.measured;
  };
  try {
    return await use({ measure });
  } finally {
    child.disconnect();
    await ended;
  }
}
