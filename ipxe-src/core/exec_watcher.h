/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who wants to know that control is given to something else. */
#ifndef CORE_EXEC_WATCHER_H
#define CORE_EXEC_WATCHER_H

#include "core/image.h"
#include "core/table.h"

/* Told of every image that is executed, scripts too. Table "exec_watchers". */
struct exec_watcher {
	/* IMAGE is about to be started; the network still works. May take a
	 * bounded time, well below a second. */
	void (*before)(struct image *image);
	/* It came back, or could not start (RC negative). */
	void (*after)(struct image *image, int rc);
};

TABLE_DECLARE(exec_watchers, const struct exec_watcher);

#endif
