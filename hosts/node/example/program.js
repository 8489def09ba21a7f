// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An existing Node program: an HTTP server and a timer. What was added are the crawls: green threads of the addon (crawler.c).
// Usage: node program.js ADDON
const http = require('http');
const { crawl } = require(process.argv[2]);

let ticks = 0;
const ticking = setInterval(() => ticks++, 1);
const server = http.createServer((request, response) => {
  const page = Number(request.url.slice(1));
  if (page > 5) response.writeHead(404).end();
  else setTimeout(() => response.end('x'.repeat(page * 100)), 2);
});

server.listen(0, '127.0.0.1', async () => {
  const fetch = (page) => new Promise((done, failed) => {
    http.get({ port: server.address().port, path: `/${page}` }, (answer) => {
      let length = 0;
      if (answer.statusCode !== 200) failed(new Error(`page ${page}: ${answer.statusCode}`));
      answer.on('data', (chunk) => { length += chunk.length; }).on('end', () => done(length));
    }).on('error', failed);
  });

  console.log('three at once:', await Promise.all([crawl(2, fetch), crawl(3, fetch), crawl(5, fetch)]));
  await crawl(6, fetch).catch((error) => console.log('rejected:', error.message));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 5);
  await crawl(1000, () => new Promise(() => {}), stop.signal).catch((error) => console.log('aborted:', error.name));

  console.log('the program ticked on:', ticks > 5);
  clearInterval(ticking);
  server.close();
});
