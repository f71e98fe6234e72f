"""The crawl on Scrapy's extension points: scheduler, middlewares, spider, pipelines."""
