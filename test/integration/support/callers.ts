import { Agent } from 'node:https';
import { setTimeout as after } from 'node:timers/promises';
import type { Address } from '../../../src/server/connections.js';
import { answerTo, openReview } from './client.js';

/** What callers saw until none of them got through any more. */
export interface Calls {
  answered: number;
  /** Calls that found nobody, and would go to another replica: nothing of the request had been sent. */
  refused: number;
  /** Connections that were reset before their handshake was done; nothing of the request had been sent either. */
  unshaken: number;
  /** Calls whose request had been sent, and that got no answer, or a wrong one. */
  readonly lost: string[];
}

export interface Callers {
  readonly calls: Calls;
  /** Resolves when the callers have had so many answers. */
  answers(count: number): Promise<void>;
  /** Resolves when each caller has found nobody. */
  readonly ended: Promise<unknown>;
}

/**
 * Calls from several callers, each with its next call after the answer to the last one: as an API server that keeps its
 * connections (`kept` of them), and as callers that open one for each call (`fresh`).
 */
export function startCallers(
  address: Address,
  ca: Buffer,
  { body, kept, fresh }: { body: string; kept: number; fresh: number },
): Callers {
  const calls: Calls = { answered: 0, refused: 0, unshaken: 0, lost: [] };
  const waiting = new Set<() => void>();
  /** @returns whether there is somebody left to call. */
  const call = async (agent: Agent): Promise<boolean> => {
    const request = openReview(address, { agent });
    const sent = { is: false };
    request.once('socket', (socket) => {
      if (request.reusedSocket) sent.is = true;
      else socket.once('secureConnect', () => (sent.is = true));
    });
    request.end(body);
    try {
      const { status } = await answerTo(request);
      if (status !== 200) throw new Error(`status ${status}`);
      calls.answered += 1;
      waiting.forEach((look) => {
        look();
      });
      return true;
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code);
      if (code === 'ECONNREFUSED') calls.refused += 1;
      else if (!sent.is) calls.unshaken += 1;
      else
        calls.lost.push(`${String(error)} on ${request.reusedSocket ? 'a kept' : 'its own'} one`);
      return code !== 'ECONNREFUSED';
    }
  };
  const caller = async (keepAlive: boolean, pause: number): Promise<void> => {
    const agent = new Agent({ keepAlive, ca, maxSockets: 1 });
    // Pauses of different length, so that calls meet the end of the server at every moment of theirs.
    while (await call(agent)) if (pause > 0) await after(pause);
    agent.destroy();
  };
  const callers = [
    ...Array.from({ length: kept }, (_, n) => caller(true, n)),
    ...Array.from({ length: fresh }, () => caller(false, 0)),
  ];
  return {
    calls,
    ended: Promise.all(callers),
    answers: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (calls.answered < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
