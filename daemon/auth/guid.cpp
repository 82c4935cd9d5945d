#include "daemon/auth/guid.h"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace usaged {

std::string make_guid()
{
    return boost::uuids::to_string(boost::uuids::random_generator_pure{}());
}

} // namespace usaged
