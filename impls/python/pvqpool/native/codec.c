/* codec.c: Python objects to bytes and back. Small things of the commonest types need no pickle; the rest is pickled with
 * protocol 5, and large buffers beside it.
 */
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum tag {
	TAG_NONE = 'N',
	TAG_FALSE = 'f',
	TAG_TRUE = 't',
	TAG_INT = 'I',
	TAG_FLOAT = 'F',
	TAG_BYTES = 'B',
	TAG_BYTEARRAY = 'A',
	TAG_TEXT = 'S',
	TAG_PICKLE = 'P',
	TAG_BUFFERS = 'X', /* sizes[2 + n]: of the pickle, n, of each buffer; the pickle; the buffers */
};

enum {
	BUFFERS_MAX = 4096 /* of one value; one with more is pickled without any */
};

static PyObject *dumps_beside;  /* pickle.dumps, with buffers into the list `beside` */
static PyObject *dumps, *loads; /* with protocol 5; of pickle */
static PyObject *beside;
static int
	beside_busy; /* somebody is using it: an object may pickle others, or let go of the GIL, while it is pickled */

static PyObject *partial(PyObject *functools, PyObject *function, PyObject *kwargs)
{
	PyObject *type = PyObject_GetAttrString(functools, "partial");
	PyObject *args = PyTuple_Pack(1, function);
	PyObject *made = type && args ? PyObject_Call(type, args, kwargs) : NULL;

	Py_XDECREF(type);
	Py_XDECREF(args);
	return made;
}

int native_codec_open(void)
{
	PyObject *pickle = PyImport_ImportModule("pickle"), *functools = PyImport_ImportModule("functools");
	PyObject *plain = pickle ? PyObject_GetAttrString(pickle, "dumps") : NULL;
	PyObject *kwargs = Py_BuildValue("{si}", "protocol", 5);
	PyObject *append = NULL;

	beside = PyList_New(0);
	if (beside)
		append = PyObject_GetAttrString(beside, "append");
	if (pickle)
		loads = PyObject_GetAttrString(pickle, "loads");
	if (functools && plain && kwargs && append) {
		dumps = partial(functools, plain, kwargs);
		if (PyDict_SetItemString(kwargs, "buffer_callback", append) == 0)
			dumps_beside = partial(functools, plain, kwargs);
	}
	Py_XDECREF(pickle);
	Py_XDECREF(functools);
	Py_XDECREF(plain);
	Py_XDECREF(kwargs);
	Py_XDECREF(append);
	return loads && dumps && dumps_beside ? 0 : -1;
}

/* ---- bytes into a slot or the file ---- */

static int write_file(int file, off_t at, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n;

		Py_BEGIN_ALLOW_THREADS;
		n = pwrite(file, bytes, len, at);
		Py_END_ALLOW_THREADS;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			PyErr_SetFromErrno(PyExc_OSError);
			return -1;
		}
		bytes += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_file(int file, off_t at, char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n;

		Py_BEGIN_ALLOW_THREADS;
		n = pread(file, bytes, len, at);
		Py_END_ALLOW_THREADS;
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n < 0)
				PyErr_SetFromErrno(PyExc_OSError);
			else
				PyErr_SetString(PyExc_EOFError, "a value in the shared file is cut short");
			return -1;
		}
		bytes += n;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

void native_discard(int file, off_t at, uint64_t len)
{
	(void)fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, (off_t)len);
}

static int put(const struct place *to, struct coded *coded, uint8_t tag, const void *bytes, size_t len)
{
	coded->tag = tag;
	coded->len = len;
	coded->apart = len > to->cap;
	if (coded->apart)
		return write_file(to->file, to->at, bytes, len);
	memcpy(to->room, bytes, len);
	return 0;
}

static int get(const struct coded *coded, const struct place *from, uint64_t skip, char *bytes, size_t len)
{
	if (skip > coded->len || len > coded->len - skip) {
		PyErr_SetString(PyExc_EOFError, "a value in shared memory is cut short");
		return -1;
	}
	if (coded->apart)
		return read_file(from->file, from->at + (off_t)skip, bytes, len);
	memcpy(bytes, from->room + skip, len);
	return 0;
}

/* ---- pickles ---- */

/* The pickle, then its buffers, which are in the list. */
static int put_buffers(const struct place *to, struct coded *coded, PyObject *pickle, PyObject *buffers)
{
	size_t n = (size_t)PyList_Size(buffers), sum;
	uint64_t *sizes = PyMem_Malloc((2 + n) * sizeof(*sizes));
	Py_buffer *view = PyMem_Calloc(n, sizeof(*view));
	const char *bytes = PyBytes_AsString(pickle);
	size_t held = 0;
	char *room = to->room;
	off_t at = to->at;
	int ret = sizes && view ? 0 : -1;

	if (ret)
		PyErr_NoMemory();
	else
		sizes[0] = (uint64_t)PyBytes_Size(pickle), sizes[1] = n;
	sum = ret ? 0 : (2 + n) * sizeof(*sizes) + sizes[0];
	for (; ret == 0 && held < n; held++) {
		PyObject *raw = PyObject_CallMethod(PyList_GetItem(buffers, (Py_ssize_t)held), "raw", NULL);

		ret = raw ? PyObject_GetBuffer(raw, &view[held], PyBUF_SIMPLE) : -1;
		Py_XDECREF(raw);
		if (ret)
			break;
		sizes[2 + held] = (uint64_t)view[held].len;
		sum += (size_t)view[held].len;
	}
	if (ret == 0) {
		*coded = (struct coded){.tag = TAG_BUFFERS, .len = sum, .apart = sum > to->cap};
		for (size_t i = 0; ret == 0 && i < n + 2; i++) {
			const void *from = i == 0   ? (void *)sizes
					   : i == 1 ? (const void *)bytes
						    : view[i - 2].buf;
			size_t len = i == 0 ? (2 + n) * sizeof(*sizes) : (size_t)sizes[i == 1 ? 0 : i];

			if (coded->apart)
				ret = write_file(to->file, at, from, len);
			else
				memcpy(room, from, len);
			at += (off_t)len;
			room += coded->apart ? 0 : len;
		}
	}
	while (held > 0)
		PyBuffer_Release(&view[--held]);
	PyMem_Free(view);
	PyMem_Free(sizes);
	return ret;
}

static int put_pickle(PyObject *value, const struct place *to, struct coded *coded)
{
	int mine = !beside_busy, ret = -1;
	PyObject *pickle;

	beside_busy = 1;
	pickle = PyObject_CallFunctionObjArgs(mine ? dumps_beside : dumps, value, NULL);
	if (pickle && mine && PyList_Size(beside) > BUFFERS_MAX)
		native_replace(&pickle, PyObject_CallFunctionObjArgs(dumps, value, NULL));
	else if (pickle && mine && PyList_Size(beside) > 0)
		ret = put_buffers(to, coded, pickle, beside);
	if (pickle && ret && !PyErr_Occurred())
		ret = put(to, coded, TAG_PICKLE, PyBytes_AsString(pickle), (size_t)PyBytes_Size(pickle));
	if (mine) {
		if (PyList_Size(beside) > 0) {
			PyObject *type, *error, *trace;

			PyErr_Fetch(&type, &error, &trace);
			PyList_SetSlice(beside, 0, PyList_Size(beside), NULL);
			PyErr_Restore(type, error, trace);
		}
		beside_busy = 0;
	}
	Py_XDECREF(pickle);
	return ret;
}

static PyObject *load(PyObject *bytes, PyObject *buffers)
{
	PyObject *args, *kwargs, *value;

	if (!buffers)
		return PyObject_CallFunctionObjArgs(loads, bytes, NULL);
	args = PyTuple_Pack(1, bytes);
	kwargs = Py_BuildValue("{sO}", "buffers", buffers);
	value = args && kwargs ? PyObject_Call(loads, args, kwargs) : NULL;
	Py_XDECREF(args);
	Py_XDECREF(kwargs);
	return value;
}

static PyObject *get_bytes(const struct coded *coded, const struct place *from, uint64_t skip, size_t len)
{
	PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);

	if (bytes && get(coded, from, skip, PyBytes_AsString(bytes), len))
		Py_CLEAR(bytes);
	return bytes;
}

static PyObject *get_bytearray(
	const struct coded *coded, const struct place *from, uint64_t skip, size_t len)
{
	PyObject *bytes = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)len);

	if (bytes && get(coded, from, skip, PyByteArray_AsString(bytes), len))
		Py_CLEAR(bytes);
	return bytes;
}

static PyObject *get_pickle(const struct coded *coded, const struct place *from)
{
	PyObject *bytes = coded->apart
				  ? get_bytes(coded, from, 0, coded->len)
				  : PyMemoryView_FromMemory(from->room, (Py_ssize_t)coded->len, PyBUF_READ);
	PyObject *value = bytes ? load(bytes, NULL) : NULL;

	Py_XDECREF(bytes);
	return value;
}

/* Buffers become bytearrays, so that arrays over them can be written to. */
static PyObject *get_buffers(const struct coded *coded, const struct place *from)
{
	uint64_t size[2], at = sizeof(size), data;
	PyObject *buffers, *pickle, *value = NULL;

	if (get(coded, from, 0, (char *)size, sizeof(size)))
		return NULL;
	if (size[1] > BUFFERS_MAX) {
		PyErr_SetString(PyExc_EOFError, "a value in shared memory is damaged");
		return NULL;
	}
	data = at + size[1] * sizeof(*size);
	pickle = get_bytes(coded, from, data, size[0]);
	data += size[0];
	buffers = pickle ? PyList_New(0) : NULL;
	for (uint64_t i = 0; buffers && i < size[1]; i++) {
		uint64_t len;
		PyObject *one = NULL;

		if (get(coded, from, at, (char *)&len, sizeof(len)) == 0)
			one = get_bytearray(coded, from, data, len);
		if (!one || PyList_Append(buffers, one))
			Py_CLEAR(buffers);
		Py_XDECREF(one);
		at += sizeof(len);
		data += one ? len : 0;
	}
	if (buffers)
		value = load(pickle, buffers);
	Py_XDECREF(buffers);
	Py_XDECREF(pickle);
	return value;
}

/* ---- values ---- */

/* 1: it is too large for eight bytes. */
static int put_int(PyObject *value, const struct place *to, struct coded *coded)
{
	int over;
	long long number = PyLong_AsLongLongAndOverflow(value, &over);

	return over ? 1 : put(to, coded, TAG_INT, &number, sizeof(number));
}

/* 1: it is no text that other programs would read. */
static int put_text(PyObject *value, const struct place *to, struct coded *coded)
{
	Py_ssize_t len;
	const char *text = PyUnicode_AsUTF8AndSize(value, &len);

	if (text)
		return put(to, coded, TAG_TEXT, text, (size_t)len);
	PyErr_Clear();
	return 1;
}

int native_encode(PyObject *value, const struct place *to, struct coded *coded)
{
	int ret = 1;

	if (PyLong_CheckExact(value)) {
		ret = put_int(value, to, coded);
	} else if (value == Py_None) {
		ret = put(to, coded, TAG_NONE, "", 0);
	} else if (PyFloat_CheckExact(value)) {
		double number = PyFloat_AsDouble(value);

		ret = put(to, coded, TAG_FLOAT, &number, sizeof(number));
	} else if (PyBytes_CheckExact(value)) {
		ret = put(to, coded, TAG_BYTES, PyBytes_AsString(value), (size_t)PyBytes_Size(value));
	} else if (PyUnicode_CheckExact(value)) {
		ret = put_text(value, to, coded);
	} else if (PyBool_Check(value)) {
		ret = put(to, coded, value == Py_True ? TAG_TRUE : TAG_FALSE, "", 0);
	} else if (PyByteArray_CheckExact(value)) {
		Py_buffer view;

		/* Held, so that another thread cannot resize it meanwhile. */
		if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE))
			return -1;
		ret = put(to, coded, TAG_BYTEARRAY, view.buf, (size_t)view.len);
		PyBuffer_Release(&view);
	}
	return ret == 1 ? put_pickle(value, to, coded) : ret;
}

PyObject *native_decode(const struct coded *coded, const struct place *from)
{
	PyObject *bytes, *text;
	long long whole;
	double number;

	switch (coded->tag) {
	case TAG_NONE:
		return Py_NewRef(Py_None);
	case TAG_TRUE:
		return Py_NewRef(Py_True);
	case TAG_FALSE:
		return Py_NewRef(Py_False);
	case TAG_INT:
		return get(coded, from, 0, (char *)&whole, sizeof(whole)) ? NULL
									  : PyLong_FromLongLong(whole);
	case TAG_FLOAT:
		return get(coded, from, 0, (char *)&number, sizeof(number)) ? NULL
									    : PyFloat_FromDouble(number);
	case TAG_BYTES:
		return get_bytes(coded, from, 0, coded->len);
	case TAG_BYTEARRAY:
		return get_bytearray(coded, from, 0, coded->len);
	case TAG_TEXT:
		if (!coded->apart)
			return PyUnicode_FromStringAndSize(from->room, (Py_ssize_t)coded->len);
		bytes = get_bytes(coded, from, 0, coded->len);
		text = bytes ? PyUnicode_FromStringAndSize(PyBytes_AsString(bytes), PyBytes_Size(bytes))
			     : NULL;
		Py_XDECREF(bytes);
		return text;
	case TAG_BUFFERS:
		return get_buffers(coded, from);
	default:
		return get_pickle(coded, from);
	}
}
