/** RFC 3339 with whole seconds, as the API server keeps times. @param milliseconds since 1970. */
export const timeText = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
