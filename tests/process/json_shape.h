#pragma once

#include <string>
#include <vector>

namespace usaged::test {

/// Where `document` does not have the shape that a JSON Schema gives it, a sentence each. Knows of JSON Schema what
/// config/status.schema.json uses: type, enum, properties, required, additionalProperties, items, oneOf, $ref into
/// definitions; throws std::runtime_error at any other keyword that would restrict something.
std::vector<std::string> misfits(std::string const& schema, std::string const& document);

} // namespace usaged::test
