import { X509Certificate } from 'node:crypto';
import { makeCertificate } from './certificate.js';

test('a certificate signs itself, and is good for its hosts now', () => {
  const { cert, key } = makeCertificate({ commonName: 'hazel', hosts: ['worker.example', '10.0.0.7', '2001:db8::1'] });
  const certificate = new X509Certificate(cert);
  expect(certificate.subject).toBe('CN=hazel');
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.checkHost('worker.example')).toBe('worker.example');
  expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7');
  expect(certificate.checkIP('2001:db8:0:0:0:0:0:1')).toBeDefined();
  expect(certificate.checkHost('other.example')).toBeUndefined();
  expect(new Date(certificate.validFrom).getTime()).toBeLessThan(Date.now());
  expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
  expect(key).toContain('PRIVATE KEY');
});

test('an authority signs others, and each certificate has a number of its own', () => {
  const authority = makeCertificate({ commonName: 'our authority', hosts: [], authority: true });
  const [one, other] = ['one', 'other'].map(
    (commonName) => new X509Certificate(makeCertificate({ commonName, issuer: authority }).cert),
  );
  const issuer = new X509Certificate(authority.cert);
  expect(issuer.ca).toBe(true);
  expect(one?.checkIssued(issuer)).toBe(true);
  expect(one?.verify(issuer.publicKey)).toBe(true);
  expect(one?.serialNumber).not.toBe(other?.serialNumber);
});
