import type { ApiRequest } from './api.js';

const VERBS: Readonly<Record<ApiRequest['method'], string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
/** `/api/v1` or `/apis/group/version`, perhaps a namespace, what is asked for, perhaps its name. */
const PATH =
  /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>.+))?$/;

export type Call = Pick<ApiRequest, 'method' | 'path' | 'query'>;

/**
 * Says what a call does in the words of RBAC: `list nodes`, `get secrets kube-system/token`. It quotes nothing of a body.
 */
export function describeCall({ method, path, query }: Call): string {
  const parts = PATH.exec(path)?.groups;
  if (!parts) return `${VERBS[method]} ${path}`;
  const { namespace, plural = '', name } = parts;
  const collection = query?.['watch'] ? 'watch' : 'list';
  const verb = method === 'GET' && name === undefined ? collection : VERBS[method];
  const place = [namespace, name].filter(Boolean).map(decoded).join('/');
  return place === '' ? `${verb} ${plural}` : `${verb} ${plural} ${place}`;
}

function decoded(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
