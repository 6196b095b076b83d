/* frame.c: the buffer arithmetic of framed byte streams. */
#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GULP = 1 << 16 }; /* a pipe's default capacity: one call never moves more */

static size_t frame_size(size_t payload)
{
	return sizeof(struct pvq_frame) + (payload + 15) / 16 * 16;
}

int pvq_stream_init(struct pvq_stream *s, size_t max_payload)
{
	s->head = s->tail = 0;
	s->cap = frame_size(max_payload);
	if (s->cap < GULP)
		s->cap = GULP;
	s->data = aligned_alloc(16, s->cap);
	return s->data ? 0 : -ENOMEM;
}

int pvq_stream_room(const struct pvq_stream *s, size_t max_payload)
{
	return s->cap - s->tail >= frame_size(max_payload);
}

void *pvq_stream_space(const struct pvq_stream *s)
{
	return s->data + s->tail + sizeof(struct pvq_frame);
}

void pvq_stream_add(struct pvq_stream *s, const struct pvq_frame *frame, const void *payload)
{
	size_t size = frame_size(frame->len);
	char *at = s->data + s->tail;

	memcpy(at, frame, sizeof(*frame));
	if (payload)
		memcpy(at + sizeof(*frame), payload, frame->len);
	memset(at + sizeof(*frame) + frame->len, 0, size - sizeof(*frame) - frame->len);
	s->tail += size;
}

int pvq_stream_write(struct pvq_stream *s, int fd)
{
	while (s->head < s->tail) {
		ssize_t put = write(fd, s->data + s->head, s->tail - s->head);

		if (put < 0 && errno == EAGAIN)
			return 0;
		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			s->head += (size_t)put;
	}
	s->head = s->tail = 0;
	return 0;
}

int pvq_stream_pending(const struct pvq_stream *s)
{
	return s->head < s->tail;
}

ssize_t pvq_stream_read(struct pvq_stream *s, int fd)
{
	ssize_t got;

	/* Move unread bytes to the front: then a whole frame always has room. */
	if (s->head) {
		memmove(s->data, s->data + s->head, s->tail - s->head);
		s->tail -= s->head;
		s->head = 0;
	}
	if (s->tail == s->cap)
		return -EBADMSG; /* full without a whole frame: no sender of ours wrote that length */
	do
		got = read(fd, s->data + s->tail, s->cap - s->tail);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	s->tail += (size_t)got;
	return got;
}

int pvq_stream_take(struct pvq_stream *s, struct pvq_frame *frame, const void **payload)
{
	size_t size;

	if (s->tail - s->head < sizeof(*frame))
		return 0;
	memcpy(frame, s->data + s->head, sizeof(*frame));
	size = frame_size(frame->len);
	if (s->tail - s->head < size)
		return 0;
	*payload = s->data + s->head + sizeof(*frame);
	s->head += size;
	return 1;
}
