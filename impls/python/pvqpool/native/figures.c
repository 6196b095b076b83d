/* figures.c: the suite's statistics for pvqpool.compare. */
#include "native.h"

#include "stats/stats.h"

/* Doubles of a sequence, in memory of PyMem_Malloc; NULL with an exception. */
static double *doubles(PyObject *sequence, size_t *n)
{
	Py_ssize_t len = PySequence_Size(sequence);
	double *x = len < 0 ? NULL : PyMem_Malloc(((size_t)len + 1) * sizeof(*x));

	if (len >= 0 && !x)
		PyErr_NoMemory();
	for (Py_ssize_t i = 0; x && i < len; i++) {
		PyObject *one = PySequence_GetItem(sequence, i);

		x[i] = one ? PyFloat_AsDouble(one) : 0;
		Py_XDECREF(one);
		if (PyErr_Occurred()) {
			PyMem_Free(x);
			return NULL;
		}
	}
	*n = (size_t)len;
	return x;
}

PyObject *native_estimate(PyObject *self, PyObject *times)
{
	struct pvq_estimate e;
	size_t n;
	double *x = doubles(times, &n);

	(void)self;
	if (!x)
		return NULL;
	e = pvq_estimate(x, n, PVQ_ALPHA);
	PyMem_Free(x);
	return Py_BuildValue("ddd", e.median, e.lo, e.hi);
}

PyObject *native_compare(PyObject *self, PyObject *args)
{
	struct pvq_comparison c;
	PyObject *first, *second, *said = NULL;
	unsigned statements;
	double *a, *b = NULL;
	size_t n, m = 0;

	(void)self;
	if (!PyArg_ParseTuple(args, "OOI", &first, &second, &statements))
		return NULL;
	a = doubles(first, &n);
	if (a)
		b = doubles(second, &m);
	if (b && (n != m || statements == 0)) {
		PyErr_SetString(
			PyExc_ValueError, "pairs of times, and how many comparisons are read together");
	} else if (b) {
		c = pvq_compare(a, b, n, PVQ_ALPHA / statements);
		said = Py_BuildValue(
			"dddsn", c.ratio, c.lo, c.hi, pvq_verdict_name(c.verdict), (Py_ssize_t)c.settle);
	}
	PyMem_Free(a);
	PyMem_Free(b);
	return said;
}
