import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import forge from 'node-forge';
import type { Issued } from '../../src/certs/issue.js';

const { asn1 } = forge;
const { Class, Type } = asn1;

/**
 * Makes a certificate with an EC key, as users have them; no key lies in git for it.
 *
 * @param model an RSA certificate, of which everything but the key and the signature is taken. forge knows no EC, so
 * the parts that differ are replaced.
 */
export function anEcCertificate(model: string): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tbs = fromDer(new X509Certificate(model).raw).value[0] as forge.asn1.Asn1;
  // TBSCertificate (RFC 5280 4.1): version, serialNumber, signature, issuer, validity, subject, key, extensions.
  const parts = [...(tbs.value as forge.asn1.Asn1[])];
  parts[2] = ecdsaWithSha256();
  parts[6] = fromDer(publicKey.export({ type: 'spki', format: 'der' }));
  const toSign = sequence(parts);
  const signature = sign('sha256', Buffer.from(toDer(toSign), 'binary'), privateKey);
  const body = toDer(sequence([toSign, ecdsaWithSha256(), bitString(signature)]));
  return {
    cert: forge.pem.encode({ type: 'CERTIFICATE', body }).replaceAll('\r\n', '\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const fromDer = (der: Buffer): forge.asn1.Asn1 => asn1.fromDer(der.toString('binary'));

const toDer = (value: forge.asn1.Asn1): string => asn1.toDer(value).getBytes();

const sequence = (parts: forge.asn1.Asn1[]): forge.asn1.Asn1 =>
  asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);

/** The first byte counts the bits that are not used. */
const bitString = (bytes: Buffer): forge.asn1.Asn1 =>
  asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${bytes.toString('binary')}`);

const ecdsaWithSha256 = (): forge.asn1.Asn1 =>
  sequence([
    asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer('1.2.840.10045.4.3.2').getBytes()),
  ]);
