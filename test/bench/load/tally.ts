import { quantile } from '../figures.js';
import type { Answer } from './answer.js';
import type { Measured, Sample } from './messages.js';
import type { Outgoing } from './requests.js';
import { usageOf, type Usage } from './usage.js';

/** What was used up to a moment, by the server and by this process. */
interface Stamp {
  /** Milliseconds of some clock. */
  readonly at: number;
  readonly server: Usage | undefined;
  /** Milliseconds of CPU. */
  readonly own: number;
}

interface Exchange {
  readonly request: Outgoing;
  readonly answer: Answer;
}

/** Counts the answers that come between `begin` and `end`; errors count whenever they come. */
export class Tally {
  private readonly latencies: number[] = [];
  private readonly errors: string[] = [];
  private first: Exchange | undefined;
  private last: Exchange | undefined;
  private began: Stamp | undefined;
  private ended: Stamp | undefined;

  private readonly pid: number;
  private countedOne: () => void = () => undefined;

  /** Resolves with the first answer that counts. */
  readonly counting = new Promise<void>((resolve) => {
    this.countedOne = resolve;
  });

  /** @param pid the server's process. */
  constructor(pid: number) {
    this.pid = pid;
  }

  begin(): void {
    this.began = stampOf(this.pid);
  }

  end(): void {
    this.ended = stampOf(this.pid);
  }

  /** Takes an answer, this many milliseconds after its request. */
  answered(request: Outgoing, answer: Answer, milliseconds: number): void {
    if (answer.status !== 200) this.failed(`status ${answer.status}: ${answer.body.toString()}`);
    else if (!answer.body.includes(request.uid)) this.failed('an answer with another uid');
    if (!this.began || this.ended) return;
    this.latencies.push(milliseconds);
    this.last = { request, answer };
    this.first ??= this.last;
    this.countedOne();
  }

  failed(why: string): void {
    this.errors.push(why);
  }

  /** @throws before `end`. */
  figures(): Measured {
    const { began, ended, latencies, errors } = this;
    if (!began || !ended) throw new Error('nothing has been measured');
    const milliseconds = ended.at - began.at;
    const requests = latencies.length;
    const [error] = errors;
    return {
      requests,
      errors: errors.length,
      ...(error !== undefined && { error }),
      rps: (requests / milliseconds) * 1000,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      ...serverFigures(began, ended, requests),
      generatorCpu: (ended.own - began.own) / milliseconds,
      samples: [this.first, this.last].filter((one) => one !== undefined).map(sampleOf),
    };
  }
}

function stampOf(pid: number): Stamp {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), server: usageOf(pid), own: (user + system) / 1000 };
}

function serverFigures(
  { server: before }: Stamp,
  { server: after }: Stamp,
  requests: number,
): Pick<Measured, 'cpuMs' | 'rssMb'> {
  if (!before || !after) return {};
  return { cpuMs: (after.cpu - before.cpu) / requests, rssMb: after.rss };
}

const sampleOf = ({ request, answer }: Exchange): Sample => ({
  workload: request.workload,
  uid: request.uid,
  body: answer.body.toString(),
});
