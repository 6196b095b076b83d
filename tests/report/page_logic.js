/* page_logic.js: the part of page.js that works without a page. Runs in node (page.bats), and within the report in a
 * browser (test_page.c), where page.js has defined its functions already. Its value: how many checks passed; it throws at
 * the first that fails.
 */
(() => {
	const { parseFigure, parseGuess, score, compareCells, readState, writeState } = typeof module === 'undefined'
		? { parseFigure: window.parseFigure, parseGuess: window.parseGuess, score: window.score,
			compareCells: window.compareCells, readState: window.readState, writeState: window.writeState }
		: require('../../benches/report/page.js');
	let passed = 0;

	function check(what, value, wanted) {
		if (JSON.stringify(value) !== JSON.stringify(wanted))
			throw new Error(`${what}: ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
		passed++;
	}

	/* Figures as the report writes them; NaN is null in JSON. */
	const figure = (value, lo = NaN, hi = NaN, unit = 1) => ({ value, lo, hi, unit });

	for (const [text, wanted] of [
		['29.5 ms (29.3–33.3) †', figure(29.5e6, 29.3e6, 33.3e6, 1e6)],
		['1.31 µs (1.24–1.38)', figure(1310, 1240, 1380, 1e3)],
		['17 % (10 % to 22 %)', figure(17, 10, 22)],
		['0.031 (-0.004 to 0.134)', figure(0.031, -0.004, 0.134)],
		['-0.014 (-0.041 to 0.016)', figure(-0.014, -0.041, 0.016)],
		['8 (7–11)', figure(8, 7, 11)],
		['1.95x', figure(1.95)],
		['1.74x to 1.91x', figure(1.74)],
		['at most 90 ns', figure(90, NaN, NaN, 1)],
		['more than 20 µs', figure(20000, NaN, NaN, 1e3)],
		['64 KiB in, 64 KiB out', figure(65536, NaN, NaN, 1024)],
		['31', figure(31)],
		['–', null],
		['next is serial, 1.94x slower (1.76–1.99)', null],
		['pool_ordered', null],
		['', null],
	])
		check(text, parseFigure(text), wanted);

	/* A guess is in the figure's unit unless it names another. */
	const time = parseFigure('29.5 ms (29.3–33.3)');

	for (const [text, wanted] of [['30', 30e6], ['30 ms', 30e6], ['30000us', 30e6], ['0,03 s', 30e6], [' 33.3 ', 33.3e6],
		['', NaN], ['fast', NaN], ['3 apples', NaN], ['30 ms or so', NaN]])
		check(`guess '${text}'`, parseGuess(text, time), wanted);
	check('a ratio may end in x', parseGuess('1.9x', parseFigure('1.94 (1.76–1.99)')), 1.9);

	/* The interval decides, and its ends belong to it. */
	for (const [guess, inside, words] of [[2, true, 'inside'], [1, true, 'inside'], [4, true, 'inside'], [5, false, '25 % too high'],
		[0.9, false, '10 % too low'], [4.0001, false, '1 % too high'], [10, false, '2.5x too high'], [0.1, false, '10x too low'],
		[0, false, 'too low'], [-1, false, 'too low']])
		check(`${guess} of 1–4`, score(guess, { lo: 1, hi: 4 }), { inside, words });
	check('-1 of -0.5–0.5', score(-1, { lo: -0.5, hi: 0.5 }).inside, false);
	check('0 of -0.5–0.5', score(0, { lo: -0.5, hi: 0.5 }).inside, true);

	/* Figures sort by value in any unit, and what is none comes last; words as words. */
	const sorted = (texts, figures) => [...texts].sort((a, b) => compareCells(a, b, figures));

	check('times', sorted(['2 ms', '–', '500 µs', '1.2 s', '90 ns'], true), ['90 ns', '500 µs', '2 ms', '1.2 s', '–']);
	check('words', sorted(['spin:ns=1000', 'noop', 'spin:ns=90'], false), ['noop', 'spin:ns=90', 'spin:ns=1000']);

	/* A link shows what its sender saw, and a plain anchor stays one. */
	for (const link of ['', 'answer', 'answer?predict', '?hide=serial', 'tasks?hide=a+b&hide=c%26d&fold=machine&sort=tasks.1:4d'])
		check(`link '${link}'`, writeState(readState(link)), link);
	const state = readState('x?find=tasks.1:ns%3D1:+a&guess=tasks.1.2:1.9+ms&show=answer&unknown=1&sort=broken');

	check('what was typed', [...state.find], [['tasks.1', 'ns=1: a']]);
	check('a guess', [...state.guess], [['tasks.1.2', '1.9 ms']]);
	check('a broken entry', [...state.sort], []);
	check('the same again', writeState(readState(writeState(state))), writeState(state));
	check('no predict', state.predict, false);
	if (typeof module !== 'undefined')
		console.log(passed);
	return passed;
})();
