import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { KubernetesObject } from '../core/model/types.js';
import type { Access } from './access.js';
import { eventOf, readObject, readRefusal } from './answers.js';
import {
  ApiError,
  UnreachableError,
  type ApiClient,
  type ApiRequest,
  type WatchEvent,
  type WatchRequest,
} from './api.js';
import { makeConnections, type Connections } from './connections.js';
import { describeCall } from './describe.js';
import { linesOf } from './lines.js';
import { limitTime, unlessAborted } from './time-limit.js';

export interface ClientOptions {
  /** Says who calls, in the API server's audit log. */
  readonly userAgent: string;
  /** Milliseconds until an answer has to be there, and for a watch until it begins; 30 seconds if it is not given. */
  readonly timeout?: number;
  /** Hears the time of each answer, as HTTP writes it. */
  readonly heard?: (date: string) => void;
}

/** A page of large objects takes seconds on a busy API server, which itself gives up a request after 60. */
const TIMEOUT = 30_000;
/** Bytes of a line of a watch: etcd keeps objects of up to 1.5 MiB, and JSON can make a multiple of that. */
const LINE_LIMIT = 16 * 1024 * 1024;

/** Makes a client; nothing is connected before the first request. */
export function makeClient(access: Access, options: ClientOptions): ApiClient {
  const { userAgent, timeout, heard } = options;
  const client: Client = {
    connections: makeConnections(access),
    headers: { 'user-agent': userAgent, accept: 'application/json' },
    timeout: timeout ?? TIMEOUT,
    heard: heard ?? (() => undefined),
  };
  return {
    request: (request) => ask(client, request),
    watch: (request) => watch(client, request),
    close: () => {
      client.connections.close();
    },
  };
}

interface Client extends Required<Pick<ClientOptions, 'heard'>> {
  readonly connections: Connections;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
}

async function ask(client: Client, call: ApiRequest): Promise<KubernetesObject> {
  const limit = limitTime(call.timeout ?? client.timeout, call.signal);
  try {
    return await readObject(await answerTo(client, call, limit.signal));
  } catch (error) {
    throw faultOf(call, error, limit.signal);
  } finally {
    limit.release();
  }
}

async function* watch(
  client: Client,
  request: WatchRequest,
): AsyncGenerator<WatchEvent, void, undefined> {
  const { opened, ...place } = request;
  const call: ApiRequest = { ...place, method: 'GET', query: { ...request.query, watch: true } };
  const limit = limitTime(client.timeout, request.signal);
  try {
    const response = await answerTo(client, call, limit.signal);
    limit.lift();
    opened?.();
    for await (const line of linesOf(response, LINE_LIMIT)) yield eventOf(line);
  } catch (error) {
    throw faultOf(call, error, limit.signal);
  } finally {
    limit.release();
  }
}

/** @throws ApiError if it is not a good one; whatever the connection fails with. */
async function answerTo(
  client: Client,
  call: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const response = await send(client, call, signal);
  const { statusCode = 0, headers } = response;
  client.heard(headers.date ?? '');
  if (statusCode >= 200 && statusCode < 300) return response;
  throw await readRefusal(describeCall(call), response);
}

async function send(
  client: Client,
  call: ApiRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { method, path, query, body, contentType = 'application/json' } = call;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const opened = client.connections.open({
    method,
    path: `${path}${queryText(query)}`,
    headers: { ...client.headers, ...(text === undefined ? {} : lengthOf(text, contentType)) },
    signal,
  });
  // Credentials can come from a program that hangs; what is opened too late is closed by the same signal.
  const request = await unlessAborted(opened, signal);
  try {
    return await responseTo(request, text);
  } catch (error) {
    // The API server closed a kept connection at the moment of its next use. Only what changes nothing is sent again.
    if (method === 'GET' && request.reusedSocket && !signal.aborted) {
      return send(client, call, signal);
    }
    throw error;
  }
}

/** node says no length of the body of a DELETE by itself, and the API server takes what comes for another request then. */
const lengthOf = (text: string, contentType: string): Record<string, string> => ({
  'content-type': contentType,
  'content-length': String(Buffer.byteLength(text)),
});

async function responseTo(
  request: ClientRequest,
  text: string | undefined,
): Promise<IncomingMessage> {
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  request.end(text);
  const [response] = await answered;
  return response;
}

function queryText(query: ApiRequest['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) given.append(name, String(value));
  }
  return given.size === 0 ? '' : `?${given.toString()}`;
}

/** Of a request that was aborted, the reason counts, and not in which call of node it was noticed. */
function faultOf(call: ApiRequest, error: unknown, { aborted, reason }: AbortSignal): Error {
  if (error instanceof ApiError) return error;
  const cause: unknown = aborted ? reason : error;
  return new UnreachableError(`cannot ${describeCall(call)}`, { cause });
}
