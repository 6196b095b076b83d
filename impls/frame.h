/* frame.h: sends items as frames (a header, then the bytes) through a byte stream such as a pipe. A buffer at each end
 * lets one system call move many small items, or part of a large one.
 *
 *	 data        head              tail          cap
 *	  │ consumed  │ frame frame fra │   free      │
 *
 * A frame takes a multiple of 16 bytes, which keeps every payload aligned to 16. No locks: a stream belongs to one
 * thread.
 */
#ifndef PVQ_FRAME_H
#define PVQ_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pvq_frame {
	uint64_t id;
	uint32_t len;   /* payload bytes that follow */
	int32_t status; /* in a result: 0, or the task's -errno */
};

struct pvq_stream {
	char *data; /* owned; free(data) releases the stream */
	size_t head, tail, cap;
};

/* Makes a stream with room for at least one frame of that payload. 0 or -ENOMEM. */
int pvq_stream_init(struct pvq_stream *, size_t max_payload);

/* Sender: whether one more frame of that payload fits; and where its payload will be. */
int pvq_stream_room(const struct pvq_stream *, size_t max_payload);
void *pvq_stream_space(const struct pvq_stream *);
/* Appends a frame that fits. payload NULL: the bytes are already at pvq_stream_space(). */
void pvq_stream_add(struct pvq_stream *, const struct pvq_frame *, const void *payload);
/* Writes until the stream is empty, or a non-blocking fd takes no more. 0 or -errno. */
int pvq_stream_write(struct pvq_stream *, int fd);
/* Whether anything is left to write. */
int pvq_stream_pending(const struct pvq_stream *);

/* Receiver: one read(). Returns bytes, 0 at end of file, or -errno (-EBADMSG: a frame longer than allowed).
 * Invalidates payloads taken before. */
ssize_t pvq_stream_read(struct pvq_stream *, int fd);
/* Takes the next frame: 1, or 0 if it has not arrived whole. The payload is borrowed until the next read. */
int pvq_stream_take(struct pvq_stream *, struct pvq_frame *, const void **payload);

#ifdef __cplusplus
}
#endif
#endif
