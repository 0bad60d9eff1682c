{
  description = "Counterfoil: everything its checks, tests and servers need, in one shell";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { nixpkgs, ... }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      shellFor =
        system:
        let
          pkgs = nixpkgs.legacyPackages.${system};
          googleCloudSdk = pkgs.google-cloud-sdk.withExtraComponents [
            pkgs.google-cloud-sdk.components.pubsub-emulator
          ];
        in
        pkgs.mkShell {
          packages = [
            pkgs.nodejs_24
            pkgs.jdk17
            pkgs.maven
            pkgs.go
            pkgs.kustomize
            pkgs.prometheus.cli
            googleCloudSdk
          ];
          env.JAVA_HOME = pkgs.jdk17.home;
          # The dev dependency "node" brings a binary linked against a glibc that NixOS does not have, and npm puts
          # it first on the PATH of every script. The shell's own Node 24 takes its place, after each `npm ci` too.
          shellHook = ''
            if [ -e /etc/NIXOS ]; then
              own_node=$(command -v node)
              npm() {
                command npm "$@"
                local status=$?
                [ ! -e node_modules/.bin/node ] || ln -sf "$own_node" node_modules/.bin/node
                return $status
              }
              [ ! -e node_modules/.bin/node ] || ln -sf "$own_node" node_modules/.bin/node
            fi
          '';
        };
    in
    {
      devShells = nixpkgs.lib.genAttrs systems (system: {
        default = shellFor system;
      });
    };
}
