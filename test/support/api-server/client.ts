import type { ApiClient } from '../../../src/cluster/api.js';
import { makeClient } from '../../../src/cluster/client.js';
import type { ApiServer } from './api-server.js';

/** The real client, for the double. @param timeout milliseconds until an answer has to be there. */
export function clientOf({ url }: Pick<ApiServer, 'url'>, timeout = 5000): ApiClient {
  const credentials = () => Promise.resolve({ headers: { authorization: 'Bearer t' }, tls: {} });
  return makeClient({ server: new URL(url), credentials }, { userAgent: 'test', timeout });
}
