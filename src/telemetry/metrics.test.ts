import { describe, expect, it } from 'vitest';
import { makeMetrics, metricList } from './metrics.js';

describe('makeMetrics', () => {
  it('exposes every metric of the list with its help, and those of the process', async () => {
    const text = await makeMetrics('1.2.3').text();
    for (const { name, help } of Object.values(metricList)) {
      expect(text).toContain(`# HELP ${name} ${help}`);
    }
    expect(text).toContain('ds_injector_build_info{version="1.2.3"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('keeps the metrics of two injectors apart', async () => {
    const [one, other] = [makeMetrics('1'), makeMetrics('2')];
    one.reviewFaults.inc();
    expect(await other.text()).toContain('ds_injector_review_faults_total 0');
  });

  it('makes the metrics of the process once a second at most, and its own each time', async () => {
    let now = 0;
    const metrics = makeMetrics('1', () => now);
    const page = async () => {
      const text = await metrics.text();
      const value = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
      return [value('process_cpu_seconds_total'), value('ds_injector_review_faults_total')];
    };
    const [before] = await page();
    metrics.reviewFaults.inc();
    burn();
    now += 999;
    expect(await page()).toEqual([before, '1']);
    now += 1;
    expect((await page())[0]).not.toBe(before);
  });

  it('names the content type that Prometheus expects', () => {
    expect(makeMetrics('1').contentType).toContain('text/plain');
  });
});

/** Uses CPU that its metric shows. */
function burn(): void {
  const before = process.cpuUsage().user;
  while (process.cpuUsage().user - before < 20_000);
}
