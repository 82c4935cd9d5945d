#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace usaged {

/// How far a long piece of work has come.
struct Progress {
    std::string_view unit; ///< what is counted, in the plural: `rows`, `customers`, `dates`, `pages`
    std::int64_t done = 0;
    std::optional<std::int64_t> total; ///< nothing while it is not known
};

/// Called as the work goes on, often: must be cheap. Empty where nobody wants to know.
using ProgressObserver = std::function<void(Progress const&)>;

} // namespace usaged
