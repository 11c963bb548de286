// The process that sends the load. It does one job after the other, and ends with its parent.
import type { Job, Reply } from './messages.js';
import { run } from './run.js';

process.on('message', (job: Job) => {
  run(job).then(
    (measured) => {
      reply({ measured });
    },
    (error: unknown) => {
      reply({ failed: String(error) });
    },
  );
});
process.on('disconnect', () => process.exit());

const reply = (message: Reply): void => void process.send?.(message);
