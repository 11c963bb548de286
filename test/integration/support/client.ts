import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Address } from '../../../src/server/connections.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ReviewOptions extends Omit<RequestOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A POST of JSON to `/mutate`, of which nothing has been sent yet; `options` overrides. */
export function openReview({ host, port }: Address, options: ReviewOptions): ClientRequest {
  const headers = { 'content-type': 'application/json', ...options.headers };
  return httpsRequest({ host, port, path: '/mutate', method: 'POST', ...options, headers });
}

/** Sends a review (or, as a string, any body) and reads the answer. */
export function postReview(
  address: Address,
  body: unknown,
  options: ReviewOptions,
): Promise<Answer> {
  const request = openReview(address, options);
  const answer = answerTo(request);
  request.end(typeof body === 'string' ? body : JSON.stringify(body));
  return answer;
}

/** A request for one of the pages for operators, on the plain listener. */
export function getPage({ host, port }: Address, path: string, method = 'GET'): Promise<Answer> {
  const request = httpRequest({ host, port, path, method, agent: false });
  const answer = answerTo(request);
  request.end();
  return answer;
}

/** Reads the answer to a request; fails if the connection does. */
export async function answerTo(request: ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // The server may close while the rest of a refused body is being sent; the answer is here by then.
  request.on('error', () => undefined);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  };
}
