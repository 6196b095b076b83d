/* traces.h: what a confined program does outside its own memory: bytes that it writes to disks, files that it leaves, and
 * tries to reach a network. The supervisor asks (box.h).
 */
#ifndef PVQ_TRACES_H
#define PVQ_TRACES_H

#include <stdint.h>

/* Bytes that this process and all its descendants have written to disks, also those that have ended. */
uint64_t pvq_traces_written(void);

/* Files of the user in folders where all may write; counts them, and adds up what they take of a disk or of memory. */
struct pvq_traces_files {
	unsigned count;
	uint64_t bytes;
};
struct pvq_traces_files pvq_traces_files(unsigned user);

/* The same, and removes them. */
struct pvq_traces_files pvq_traces_remove(unsigned user);

/* How often somebody in this process's name space of networks has tried to reach an address. It must be one without a
 * network. */
uint64_t pvq_traces_unreachable(void);

#endif
