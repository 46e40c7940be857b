import { loadMarketData } from '../../src/market-data/load.ts';
import { measure } from './measure.ts';

/** One load from the cache in a process of its own, as by a worker that starts: `scenario location`, both JSON. */

const [scenario = '', location = ''] = process.argv.slice(2);
const { result, ...figures } = await measure(() =>
  loadMarketData(JSON.parse(scenario), JSON.parse(location)),
);
process.stdout.write(JSON.stringify({ ...figures, rows: result.rows }));
