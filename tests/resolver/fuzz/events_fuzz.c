/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Bodies of POST /v1/events: whatever comes, the timeline stays in order. */
#include "control_private.h"
#include "timeline.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event events[TIMELINE_EVENTS_MAX];
	struct control control = {0};
	struct http_request request = {0};
	struct sighting *list = NULL;
	struct sighting sighting;
	struct http_reply reply;
	char *body = fuzz_text(data, size);
	int count, i, j, seen;

	control.timeline = timeline_new();
	if (!control.timeline)
		abort();
	arena_init(&request.arena, 1 << 20);
	reply_init(&reply);
	control_events(&control, &request, "192.0.2.1", body, size, &reply);
	if (!reply.status)
		abort();
	count = timeline_list(control.timeline, 0, 1000, &list);
	for (i = 0; i < count; i++) {
		seen = timeline_get(control.timeline, list[i].name, &sighting,
				    events);
		if (seen < 0 || seen > TIMELINE_EVENTS_MAX)
			abort();
		for (j = 0; j < seen; j++) {
			if (strpbrk(events[j].text, "\n\r\033") ||
			    strpbrk(events[j].kind, "\n\r\033"))
				abort();
		}
	}
	free(list);
	timeline_free(control.timeline);
	arena_fini(&request.arena);
	free(body);
	return 0;
}
