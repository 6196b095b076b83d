/* frame.h: items as frames (a header, then the bytes) in a byte stream such as a pipe, with a buffer
 * at each end so that one system call moves many small items or a part of a large one.
 *
 *	 data        head              tail          cap
 *	  │ consumed  │ frame frame fra │   free      │
 *
 * A frame takes a multiple of 16 bytes, so payloads are aligned to 16 wherever they lie.
 * No locks: a stream belongs to one thread.
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
	char *data; /* owned: free(data) ends the stream */
	size_t head, tail, cap;
};

/* Room for at least one frame of that payload. 0 or -ENOMEM. */
int pvq_stream_init(struct pvq_stream *, size_t max_payload);

/* Sender: is there room for one more frame of that payload? If so, where its payload will lie. */
int pvq_stream_room(const struct pvq_stream *, size_t max_payload);
void *pvq_stream_space(const struct pvq_stream *);
/* Appends a frame; payload NULL: the bytes are at pvq_stream_space() already. */
void pvq_stream_add(struct pvq_stream *, const struct pvq_frame *, const void *payload);
/* Writes until empty, or until a non-blocking fd takes no more. 0 or -errno. */
int pvq_stream_write(struct pvq_stream *, int fd);
/* Is anything left to write? */
int pvq_stream_pending(const struct pvq_stream *);

/* Receiver: one read(). Bytes, 0 at end of file, or -errno (-EBADMSG: a frame longer than any may be).
 * Invalidates payloads taken before. */
ssize_t pvq_stream_read(struct pvq_stream *, int fd);
/* The next whole frame, or 0: not all of it is here yet. The payload is borrowed. */
int pvq_stream_take(struct pvq_stream *, struct pvq_frame *, const void **payload);

#ifdef __cplusplus
}
#endif
#endif
