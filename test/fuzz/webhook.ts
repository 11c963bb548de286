import { handle, type Reply } from '../../src/admission/handler.js';
import type { MalformedEvent, Observer, ReviewedEvent } from '../../src/admission/observer.js';
import { inject, type Request } from '../../src/core/engine.js';
import type { Outcome } from '../../src/core/outcome.js';
import type { Settings } from '../../src/core/settings.js';
import type { World } from '../../src/core/world/world.js';
import { makeLogger } from '../../src/telemetry/logger.js';
import { makeMetrics } from '../../src/telemetry/metrics.js';
import { makeObserver } from '../../src/telemetry/observer.js';

/** What the engine was asked in a call and what it said. */
export interface Judged {
  readonly request: Request;
  readonly outcome: Outcome;
  /** Whether the pod was left as it was given. */
  readonly untouched: boolean;
}

/** All that can be seen of one call. */
export interface Asked {
  readonly reply: Reply;
  readonly judged: Judged | undefined;
  readonly reviewed: readonly ReviewedEvent[];
  readonly malformed: readonly MalformedEvent[];
  /** What the engine threw. */
  readonly faults: readonly unknown[];
  /** The log, at its most talkative. */
  readonly lines: readonly string[];
  readonly milliseconds: number;
}

/** The handler with the real engine, logger and metrics, put together as the composition root does it. */
export class Webhook {
  readonly #lines: string[] = [];
  readonly #metrics = makeMetrics('fuzz');
  readonly #observe = makeObserver(
    makeLogger({
      level: 'trace',
      destination: { write: (line: string) => void this.#lines.push(line) },
    }),
    this.#metrics,
  );

  /** @throws what `handle` throws, which is never to happen. */
  ask(body: Buffer, world: World, settings: Settings): Asked {
    this.#lines.length = 0;
    let judged: Judged | undefined;
    const engine = (request: Request): Outcome => {
      const before = JSON.stringify(request.pod);
      const outcome = inject(request, world, settings);
      judged = { request, outcome, untouched: JSON.stringify(request.pod) === before };
      return outcome;
    };
    const { observe, seen } = this.#watched();
    const started = performance.now();
    const reply = handle(body, { engine, clock: () => 0, observe }, '127.0.0.1');
    const milliseconds = performance.now() - started;
    return { reply, judged, ...seen, lines: [...this.#lines], milliseconds };
  }

  /** The metrics in Prometheus' text format, over all calls. */
  metricsText(): Promise<string> {
    return this.#metrics.text();
  }

  #watched(): { observe: Observer; seen: Pick<Asked, 'reviewed' | 'malformed' | 'faults'> } {
    const seen = {
      reviewed: [] as ReviewedEvent[],
      malformed: [] as MalformedEvent[],
      faults: [] as unknown[],
    };
    const observe: Observer = {
      reviewed: (event) => {
        seen.reviewed.push(event);
        this.#observe.reviewed(event);
      },
      malformed: (event) => {
        seen.malformed.push(event);
        this.#observe.malformed(event);
      },
      failed: (event) => {
        seen.faults.push(event.error);
        this.#observe.failed(event);
      },
    };
    return { observe, seen };
  }
}
