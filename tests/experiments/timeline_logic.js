/* timeline_logic.js: the part of timeline.js that works without a page; observe.bats runs it in node. */
const { moved, zoomed, viewOf, viewText, step, inWords, byWorker } = require('../../benches/experiments/ordering/timeline.js');
const assert = require('node:assert');

/* A view stays within the map. */
assert.deepStrictEqual(moved([20, 40], 10, 100), [30, 50]);
assert.deepStrictEqual(moved([20, 40], -30, 100), [0, 20]);
assert.deepStrictEqual(moved([20, 40], 90, 100), [80, 100]);

/* The time under the pointer stays where it is, unless the view would leave the map. */
assert.deepStrictEqual(zoomed([0, 80000], 20000, 0.5, 80000), [10000, 50000]);
assert.deepStrictEqual(zoomed([10000, 50000], 20000, 2, 80000), [0, 80000]);
assert.deepStrictEqual(zoomed([60000, 80000], 70000, 3, 80000), [20000, 80000]);
assert.deepStrictEqual(zoomed([0, 80000], 40000, 2, 80000), [0, 80000]);

/* It is never shorter than a microsecond. */
assert.deepStrictEqual(zoomed([0, 2000], 1000, 0.1, 80000), [500, 1500]);
assert.deepStrictEqual(zoomed([500, 1500], 1000, 0.5, 80000), [500, 1500]);

/* A link holds the view, and nothing where all is shown. What it holds may be anything. */
for (const view of [[0, 5000], [20000, 60000], [79000, 80000]])
	assert.deepStrictEqual(viewOf(viewText(view, 80000), 80000), view);
assert.strictEqual(viewText([0, 80000], 80000), '');
for (const text of [undefined, '', 'x', '5', '-5-10', '50-20', '7-7', '0-99999999'])
	assert.deepStrictEqual(viewOf(text, 80000), [0, 80000]);
assert.deepStrictEqual(viewOf('90000-99000', 80000), [71000, 80000]);

/* Round distances, and never more marks than there is room for. */
assert.strictEqual(step(100, 10), 10);
assert.strictEqual(step(101, 10), 20);
assert.strictEqual(step(42e6, 5), 1e7);
assert.strictEqual(step(4.2e6, 5), 1e6);
for (let length = 1; length < 1e9; length *= 1.37)
	assert.ok(length / step(length, 6) <= 6 && length / step(length, 6) > 2);

assert.deepStrictEqual([0, 999, 1500, 12345678, 2e9].map(inWords), ['0 ns', '999 ns', '1.5 µs', '12.35 ms', '2 s']);

/* A worker without items has a lane too. */
assert.deepStrictEqual(byWorker({ workers: 3, items: [7, 1, 50, 10, 2, 8, 0, 5, 20, 40, 6, 1, 20, 30, 0] }), [
	[{ item: 8, begin: 5, end: 25, waited: 40 }],
	[{ item: 6, begin: 20, end: 50, waited: 0 }, { item: 7, begin: 50, end: 60, waited: 2 }],
	[],
]);
