# SPDX-License-Identifier: EUPL-1.2
# What is installed beside the programs, with any prefix, and the Debian package: cpack -G DEB --config build/release/CPackConfig.cmake
# units name the programs by their whole paths; two who install at once each write their own
install(CODE "
  string(MD5 _where \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
  set(_made \"${CMAKE_BINARY_DIR}/gen/unit/\${_where}\")
  foreach(_file kringd.service units/kring-backup.service units/kring-backup.timer
      units/kring-metrics.service units/kring-metrics.timer)
    get_filename_component(_name \"\${_file}\" NAME)
    file(READ \"${CMAKE_SOURCE_DIR}/deploy/\${_file}\" _unit)
    string(REGEX REPLACE \"/usr/(s?bin/kring)\" \"\${CMAKE_INSTALL_PREFIX}/\\\\1\" _unit \"\${_unit}\")
    file(WRITE \"\${_made}/\${_name}\" \"\${_unit}\")
    file(INSTALL \"\${_made}/\${_name}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\")
  endforeach()
  file(REMOVE_RECURSE \"\${_made}\")
")
install(FILES deploy/units/kring.sysusers DESTINATION lib/sysusers.d RENAME kring.conf)
install(FILES deploy/units/kring.tmpfiles DESTINATION lib/tmpfiles.d RENAME kring.conf)
install(FILES README.md deploy/backup.md deploy/onboarding.md deploy/first-federation.md deploy/upgrade.md deploy/settings.md deploy/working-day.md deploy/figures.md deploy/proxy.md DESTINATION share/doc/kring)
install(FILES deploy/nftables.conf DESTINATION share/doc/kring/examples)
install(DIRECTORY deploy/proxy DESTINATION share/doc/kring/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kring)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Kring <kring@kring.invalid>" CACHE STRING "who packages it, as Debian writes it")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${CPACK_PACKAGE_CONTACT})
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "federation node for organisations that help the same people
Kring lets municipalities, debt counsellors, food banks and others refer
people to one another with their consent, and answer, without a centre:
each keeps its own cases, encrypted, and speaks to its partners directly.
This package has the daemon, kringd, and the command line, kring.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, debconf (>= 0.5) | debconf-2.0")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(_debian ${CMAKE_SOURCE_DIR}/deploy/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${_debian}/config;${_debian}/postinst;${_debian}/prerm;${_debian}/postrm;${_debian}/templates")
# the prefix is the one of the machine, not of the staging directory
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/DebianFiles.cmake)
set(CPACK_KRING_SOURCE ${CMAKE_SOURCE_DIR})
include(CPack)
