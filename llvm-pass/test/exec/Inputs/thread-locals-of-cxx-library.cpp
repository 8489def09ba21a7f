#include <string>
thread_local std::string of_library = "of a library: ";
