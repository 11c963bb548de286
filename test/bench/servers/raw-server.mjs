// The least that a webhook on Node can do: parse the review and answer with a patch that is always the same. It decides
// nothing, so it is the limit for one that does.
//
//   node raw-server.mjs CERT KEY ANSWERS    ANSWERS: a JSON file with the patch (base64) for each path
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certFile, keyFile, answersFile] = process.argv.slice(2);
const patches = JSON.parse(readFileSync(answersFile, 'utf8'));

const server = createServer(
  { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.2' },
  (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString());
      const patch = patches[request.url.split('?')[0]];
      const answer = JSON.stringify({
        apiVersion: review.apiVersion,
        kind: review.kind,
        response: { uid: review.request.uid, allowed: true, patchType: 'JSONPatch', patch },
      });
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      };
      response.writeHead(200, headers).end(answer);
    });
  },
);
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
