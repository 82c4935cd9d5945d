#pragma once

#include "daemon/fault/error.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace usaged::test {

/// What libFuzzer calls with each input. (LLVM docs: LibFuzzer)
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

std::string text_of(std::uint8_t const* data, std::size_t size);

/// A promise that does not hold is a finding: the process is aborted, and libFuzzer keeps the input.
void require(bool holds, std::string_view promise);

/// Nobody who shows `text` is in danger: UTF-8 without control characters.
bool is_presentable(std::string_view text);

/// What every error promises: this category, presentable texts of bounded length.
void require_proper(Error const& error, ErrorCategory category);

} // namespace usaged::test
