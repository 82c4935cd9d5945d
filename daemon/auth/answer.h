#pragma once

#include "daemon/dataset/timestamp.h"
#include "daemon/fault/classify.h"
#include "daemon/net/http.h"

namespace usaged {

/// What classification looks at of `response`, which arrived `now`. Borrows its texts.
Answer answer_of(HttpResponse const& response, Timestamp now);
Answer answer_of(HttpResponse&& response, Timestamp now) = delete;

} // namespace usaged
