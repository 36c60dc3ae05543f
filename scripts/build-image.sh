#!/bin/sh
# Builds the image for amd64 and arm64 with docker buildx.
#   scripts/build-image.sh                      for this machine, into Docker here, as yoto-smart-stream:<version>
#   scripts/build-image.sh ghcr.io/you/name     for both, pushed as that name with the version
# Building for the other kind of machine needs its emulation: docker run --privileged --rm tonistiigi/binfmt --install all
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version: "\(.*\)"$/\1/p' config.yaml)
[ -n "$version" ] || { echo "config.yaml: found no version, expected a line such as version: \"1.2.3\"" >&2; exit 1; }
if [ $# -eq 0 ]; then
  exec docker buildx build --build-arg "BUILD_VERSION=$version" --tag "yoto-smart-stream:$version" --load .
fi
case "${1##*/}" in
  -* | *:* | '') echo "found $1, expected the name of an image without a tag, such as ghcr.io/you/name" >&2; exit 1 ;;
esac
exec docker buildx build --platform linux/amd64,linux/arm64 --build-arg "BUILD_VERSION=$version" --tag "$1:$version" --push .
