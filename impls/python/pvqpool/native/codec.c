/* codec.c: Python objects to bytes and back. Things of the commonest types, and small tuples of them, need no pickle; the rest is
 * pickled with protocol 5, and large buffers beside it.
 */
#include "native.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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
	TAG_TUPLE = 'T', /* of such: their number; of each its size, its tag and its bytes */
	TAG_PICKLE = 'P',
	TAG_BUFFERS = 'X', /* sizes[2 + n]: of the pickle, n, of each buffer; the pickle; the buffers */
};

enum {
	BUFFERS_MAX = 4096, /* of one value; one with more is pickled without any */
	KEPT = 4 << 20,     /* bytes */
};

static PyObject *dumps, *loads; /* of pickle */
static PyObject *plain,
	*with_buffers; /* arguments of dumps by name: protocol 5; and buffers into the list `beside` */
static PyObject *beside;
static int
	beside_busy; /* somebody is using it: an object may pickle others, or let go of the GIL, while it is pickled */

/* The name is interned, so that pickle need not compare its letters. A reference is taken over; 0, or -1. */
static int set(PyObject *kwargs, const char *name, PyObject *value)
{
	PyObject *key = PyUnicode_InternFromString(name);
	int ret = kwargs && key && value ? PyDict_SetItem(kwargs, key, value) : -1;

	Py_XDECREF(key);
	Py_XDECREF(value);
	return ret;
}

int native_codec_open(void)
{
	PyObject *pickle = PyImport_ImportModule("pickle");

	if (pickle) {
		dumps = PyObject_GetAttrString(pickle, "dumps");
		loads = PyObject_GetAttrString(pickle, "loads");
	}
	Py_XDECREF(pickle);
	beside = PyList_New(0);
	plain = PyDict_New();
	with_buffers = PyDict_New();
	if (!dumps || !loads || !beside || set(plain, "protocol", PyLong_FromLong(5)) ||
		set(with_buffers, "protocol", PyLong_FromLong(5)))
		return -1;
	return set(with_buffers, "buffer_callback", PyObject_GetAttrString(beside, "append"));
}

static PyObject *dump(PyObject *value, PyObject *kwargs)
{
	PyObject *args = PyTuple_Pack(1, value);
	PyObject *pickle = args ? PyObject_Call(dumps, args, kwargs) : NULL;

	Py_XDECREF(args);
	return pickle;
}

/* ---- bytes into a slot, the shared memory or the file ---- */

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

/* Where a value lies in memory; NULL: it is in the file, or nowhere. */
static char *memory_of(const struct coded *coded, const struct place *place)
{
	if (!coded->apart)
		return place->room;
	return coded->len <= NATIVE_MAPPED ? place->map : NULL;
}

/* 1: there is no room for it. */
static int put(const struct place *to, struct coded *coded, uint8_t tag, const void *bytes, size_t len)
{
	char *memory;

	*coded = (struct coded){.tag = tag, .len = len, .apart = len > to->cap};
	memory = memory_of(coded, to);
	if (!memory)
		return to->file < 0 ? 1 : write_file(to->file, to->at, bytes, len);
	memcpy(memory, bytes, len);
	return 0;
}

static int get(const struct coded *coded, const struct place *from, uint64_t skip, char *bytes, size_t len)
{
	const char *memory = memory_of(coded, from);

	if (skip > coded->len || len > coded->len - skip) {
		PyErr_SetString(PyExc_EOFError, "a value in shared memory is cut short");
		return -1;
	}
	if (!memory)
		return read_file(from->file, from->at + (off_t)skip, bytes, len);
	memcpy(bytes, memory + skip, len);
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
	char *memory;
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
		memory = memory_of(coded, to);
		for (size_t i = 0; ret == 0 && i < n + 2; i++) {
			const void *from = i == 0   ? (void *)sizes
					   : i == 1 ? (const void *)bytes
						    : view[i - 2].buf;
			size_t len = i == 0 ? (2 + n) * sizeof(*sizes) : (size_t)sizes[i == 1 ? 0 : i];

			if (memory)
				memory = (char *)memcpy(memory, from, len) + len;
			else
				ret = write_file(to->file, at, from, len);
			at += (off_t)len;
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
	pickle = dump(value, mine ? with_buffers : plain);
	if (pickle && mine && PyList_Size(beside) > BUFFERS_MAX)
		native_replace(&pickle, dump(value, plain));
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
	char *memory = memory_of(coded, from);
	PyObject *bytes = memory ? PyMemoryView_FromMemory(memory, (Py_ssize_t)coded->len, PyBUF_READ)
				 : get_bytes(coded, from, 0, coded->len);
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

/* Has malloc keep some MiB that are freed at the end of its heap, as it does by itself once a block of that size was freed.
 * Else large values that come and go have the kernel take their pages away and clear them again, time after time. */
static void keep_freed(void)
{
	static int done;
	void *volatile block;

	if (done)
		return;
	done = 1;
	block = malloc(KEPT);
	free(block);
}

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

static int put_plain(PyObject *value, const struct place *to, struct coded *coded);

/* 1: something in it is not plain, or it does not fit the slot. That also bounds the depth. */
static int put_tuple(PyObject *value, const struct place *to, struct coded *coded)
{
	uint32_t count = (uint32_t)PyTuple_Size(value), len;
	size_t at = sizeof(count);
	const size_t head = sizeof(len) + sizeof(coded->tag);

	if (at > to->cap)
		return 1;
	memcpy(to->room, &count, sizeof(count));
	for (uint32_t i = 0; i < count; i++, at += head + len) {
		struct place inside = {.room = to->room + at + head, .file = -1};
		int ret;

		if (at + head > to->cap)
			return 1;
		inside.cap = to->cap - at - head;
		ret = put_plain(PyTuple_GetItem(value, (Py_ssize_t)i), &inside, coded);
		if (ret)
			return ret;
		len = (uint32_t)coded->len;
		memcpy(to->room + at, &len, sizeof(len));
		memcpy(to->room + at + sizeof(len), &coded->tag, sizeof(coded->tag));
	}
	*coded = (struct coded){.tag = TAG_TUPLE, .len = at};
	return 0;
}

/* 1: it is not plain. */
static int put_plain(PyObject *value, const struct place *to, struct coded *coded)
{
	Py_buffer view;
	double number;
	int ret;

	if (PyLong_CheckExact(value))
		return put_int(value, to, coded);
	if (value == Py_None)
		return put(to, coded, TAG_NONE, "", 0);
	if (PyFloat_CheckExact(value)) {
		number = PyFloat_AsDouble(value);
		return put(to, coded, TAG_FLOAT, &number, sizeof(number));
	}
	if (PyBytes_CheckExact(value))
		return put(to, coded, TAG_BYTES, PyBytes_AsString(value), (size_t)PyBytes_Size(value));
	if (PyUnicode_CheckExact(value))
		return put_text(value, to, coded);
	if (PyTuple_CheckExact(value))
		return put_tuple(value, to, coded);
	if (PyBool_Check(value))
		return put(to, coded, value == Py_True ? TAG_TRUE : TAG_FALSE, "", 0);
	/* A tuple that holds the same one twice must still do so when it arrives: pickle sees to that. */
	if (!PyByteArray_CheckExact(value) || to->file < 0)
		return 1;
	/* Held, so that another thread cannot resize it meanwhile. */
	if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE))
		return -1;
	ret = put(to, coded, TAG_BYTEARRAY, view.buf, (size_t)view.len);
	PyBuffer_Release(&view);
	return ret;
}

int native_encode(PyObject *value, const struct place *to, struct coded *coded)
{
	int ret = put_plain(value, to, coded);

	return ret == 1 ? put_pickle(value, to, coded) : ret;
}

/* It is in a slot. */
static PyObject *get_tuple(const struct coded *coded, const struct place *from)
{
	uint32_t count, len = 0;
	uint64_t at = sizeof(count);
	PyObject *tuple = NULL;

	if (get(coded, from, 0, (char *)&count, sizeof(count)) == 0)
		tuple = PyTuple_New((Py_ssize_t)count);
	for (uint32_t i = 0; tuple && i < count; i++, at += len) {
		struct coded one = {.tag = 0};
		PyObject *value = NULL;

		if (get(coded, from, at, (char *)&len, sizeof(len)) == 0 &&
			get(coded, from, at + sizeof(len), (char *)&one.tag, sizeof(one.tag)) == 0) {
			const struct place inside = {
				.room = from->room + at + sizeof(len) + sizeof(one.tag)};

			at += sizeof(len) + sizeof(one.tag);
			one.len = len;
			value = native_decode(&one, &inside);
		}
		if (!value || PyTuple_SetItem(tuple, (Py_ssize_t)i, value))
			Py_CLEAR(tuple);
	}
	return tuple;
}

int native_is_simple(uint8_t tag)
{
	return tag != TAG_PICKLE && tag != TAG_BUFFERS && tag != TAG_TUPLE;
}

PyObject *native_decode(const struct coded *coded, const struct place *from)
{
	PyObject *bytes, *text;
	const char *memory;
	long long whole;
	double number;

	if (coded->apart)
		keep_freed();
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
		memory = memory_of(coded, from);
		if (memory)
			return PyUnicode_FromStringAndSize(memory, (Py_ssize_t)coded->len);
		bytes = get_bytes(coded, from, 0, coded->len);
		text = bytes ? PyUnicode_FromStringAndSize(PyBytes_AsString(bytes), PyBytes_Size(bytes))
			     : NULL;
		Py_XDECREF(bytes);
		return text;
	case TAG_TUPLE:
		return get_tuple(coded, from);
	case TAG_BUFFERS:
		return get_buffers(coded, from);
	default:
		return get_pickle(coded, from);
	}
}
