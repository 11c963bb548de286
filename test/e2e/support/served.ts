import { once } from 'node:events';
import { connect } from 'node:tls';
import { replicas, type Replica } from './release.js';

/** The serial numbers of the certificates that the replicas serve, seen at their own addresses, by the pod's uid. */
export const servedBy = async (): Promise<ReadonlyMap<string, string>> =>
  new Map(
    await Promise.all(
      (await replicas()).map(async (replica): Promise<[string, string]> => [
        replica.metadata.uid,
        await serialAt(replica),
      ]),
    ),
  );

async function serialAt({ status }: Replica): Promise<string> {
  // Only looks: whether the certificate is trusted is the API server's question.
  const socket = connect({ host: status.podIP, port: 8443, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}
