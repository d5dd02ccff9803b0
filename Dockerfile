# docker build -t lagesbild .
# docker run --read-only --tmpfs /tmp -v inbox:/data/inbox -v crl:/data/crl -v audit:/data/audit -p 5443:5443 \
#   -e ConnectionStrings__Lagesbild=… -e Lagesbild__Security__…=… lagesbild
# The root file system may be read-only: the service writes to those volumes, and to /tmp while it reads a delivery back.

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What decides the packages first, so that they are fetched again only when it changes.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Lagesbild.Statistics/*.csproj src/Lagesbild.Statistics/packages.lock.json src/Lagesbild.Statistics/
COPY src/Lagesbild/*.csproj src/Lagesbild/packages.lock.json src/Lagesbild/
RUN dotnet restore src/Lagesbild --locked-mode
COPY src/ src/
RUN dotnet publish src/Lagesbild --no-restore --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
# Made here so that volumes mounted there belong to the user that the service runs as.
RUN install -d -o $APP_UID -g $APP_UID /data/inbox /data/crl /data/audit
# No diagnostics port: it is a socket in /tmp.
ENV DOTNET_EnableDiagnostics=0 \
    Lagesbild__Inbox__Path=/data/inbox \
    Lagesbild__Security__RevocationLists__Kept=/data/crl \
    Lagesbild__Security__Audit__Folder=/data/audit \
    Lagesbild__Listen__Management=0.0.0.0:5081
USER $APP_UID
WORKDIR /app
EXPOSE 5443 5081
VOLUME /data/inbox /data/crl /data/audit
ENTRYPOINT ["dotnet", "lagesbild.dll"]
CMD ["serve"]
