/** What an API server says no with: HTTP status, reason and words of a Status object. */
export class Refusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export const statusOf = ({ status, reason, message }: Refusal): Record<string, unknown> => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code: status,
});

export const notFound = (what: string): Refusal =>
  new Refusal(404, 'NotFound', `${what} not found`);

export const conflict = (what: string): Refusal =>
  new Refusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${what}: the object has been modified; please apply your changes to the latest version and try again`,
  );

export const expired = (from: number, oldest: number): Refusal =>
  new Refusal(410, 'Expired', `too old resource version: ${from} (${oldest})`);
