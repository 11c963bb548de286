/** What a watch of one kind is doing, with a sentence for people. A closed list: the label of a metric. */
export const watchStates = {
  starting: 'Nothing has been asked yet.',
  listing: 'All objects are being read, page by page.',
  watching: 'All objects were read, and changes come in.',
  backing_off: 'The last attempt failed, and the next one waits; the log says why.',
  stalled:
    'The API server had told how far it is every minute, and ceased; the watch is opened anew.',
  forbidden: 'The ClusterRole lacks a verb, which the log names; it is tried again.',
  unauthorized: 'The API server does not believe the credentials; they are tried again.',
  not_served: 'The API server does not know the kind; it is tried again.',
  stopped: 'Nothing is asked any more.',
} as const;

export type WatchState = keyof typeof watchStates;

/** Why a watch was opened anew. A closed list: the label of a metric. */
export const restartCauses = {
  ended: 'The API server ended the watch, as it does every few minutes.',
  quiet: 'Nothing at all was heard for a while, which is usual for kinds that seldom change.',
  stalled: 'The signs of life ceased.',
  expired: 'The API server does not keep changes from so long ago; everything is read anew.',
  unreachable: 'The API server could not be reached, or the connection broke.',
  throttled: 'The API server has too much to do (429).',
  refused: 'The API server refused in another way; the log says how.',
  forbidden: 'RBAC does not allow it (403).',
  unauthorized: 'The credentials are not believed (401).',
  not_served: 'The kind is not known (404).',
  garbage: 'What came cannot be understood; everything is read anew.',
  internal:
    'The injector itself failed on what came, which is a fault of it; everything is read anew.',
} as const;

export type RestartCause = keyof typeof restartCauses;

/** Why an object is not kept. A closed list: the label of a metric. */
export const unusables = {
  wrong_kind: 'It is of another kind than was asked for.',
  no_name: 'It has no name.',
  too_deep: 'It is nested deeper than any manifest.',
  unreadable: 'To read it failed.',
} as const;

export type Unusable = keyof typeof unusables;
