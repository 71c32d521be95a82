// Started by handler-run.ts: loads one bundle as Lambda would, answers one event, then many, and tells how long each took.
import { readFileSync } from 'node:fs';

const [file, eventFile, warmUps, requests] = process.argv.slice(2);
const event = JSON.parse(readFileSync(eventFile, 'utf8'));
// What a function logs would be in the way of the answer.
process.stdout.write = () => true;

const startCpu = process.cpuUsage();
const start = performance.now();
const { handler } = await import(file);
const { statusCode, body } = await handler(event);
const startMs = performance.now() - start;
const startCpuMs = cpuMsSince(startCpu);
if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}: ${body}`);

for (let request = 0; request < Number(warmUps); request++) await handler(event);
const warmCpu = process.cpuUsage();
for (let request = 0; request < Number(requests); request++) await handler(event);
const warmCpuMs = cpuMsSince(warmCpu) / Number(requests);
process.stderr.write(`${JSON.stringify({ startMs, startCpuMs, warmCpuMs })}\n`);
process.exit(0);

function cpuMsSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
