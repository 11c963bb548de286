import { ApiError, type ApiClient } from '../cluster/api.js';
import type { KubernetesObject } from '../core/model/types.js';
import { ask, type Answer } from './answer.js';

/**
 * Asks an API server for its version. A refusal to tell it is one of many answers; no connection, or not to be known
 * there, is the end.
 *
 * @throws UnreachableError or ApiError.
 */
export async function firstWord(client: ApiClient): Promise<Answer<KubernetesObject>> {
  const question = client.request({ method: 'GET', path: '/version' });
  await question.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status === 401) throw error;
  });
  return ask('read the version', () => question);
}
