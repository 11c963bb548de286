import { once } from 'node:events';
import { connect } from 'node:tls';
import { replicas } from './release.js';

/** The serial numbers of the certificates that the replicas serve, seen on their own addresses. */
export const servedBy = async (): Promise<readonly string[]> =>
  Promise.all((await replicas()).map(({ status }) => serialAt(status.podIP)));

async function serialAt(host: string): Promise<string> {
  // Only looks: whether the certificate is trusted is the API server's question.
  const socket = connect({ host, port: 8443, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}
